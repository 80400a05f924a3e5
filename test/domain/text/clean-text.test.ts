import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText } from '../../../src/domain/text/clean-text.ts';

describe('cleanText', () => {
  it.each([
    ['  one\r\n two\t three\u00a0four\u2028five ', 'one two three four five'],
    ['Cafe\u0301', 'Caf\u00e9'],
    ['a\u0000b\u001b[31mc\u0007', 'ab[31mc'],
    ['zero\u200bwidth\ufeff soft\u00adhyphen', 'zerowidth softhyphen'],
    ['\u202eevil\u2066 \u200etext\u061c', 'evil text'],
    ['lone \ud800 private \ue000 not \ufffe', 'lone private not'],
    ['emoji \u{1f600} stays', 'emoji \u{1f600} stays'],
  ])('The text %j becomes one visible line', (raw, expected) => {
    expect(cleanText(raw)).toBe(expected);
  });

  it.each([
    ['<script>alert(1)</script>', 'alert(1)'],
    ['&lt;script&gt;alert(1)&lt;/script&gt;', 'alert(1)'],
    ['<img src=x onerror="alert(1)">gone<svg/onload=alert(1)>', 'gone'],
    ['<p>One</p><p>two<br/>three</p>', 'One two three'],
    ['H<sub>2</sub>O and <jats:italic>in vitro</jats:italic>', 'H2O and in vitro'],
    ['a < b and c > d', 'a < b and c > d'],
    ['a &lt; b, p &amp;lt; 0.05', 'a < b, p < 0.05'],
    ['the <think> token', 'the <think> token'],
    ['R&amp;D, A&B, &unknown; &toString; &#8212; &#x41;', 'R&D, A&B, &unknown; &toString; — A'],
  ])('The markup of %j is removed', (raw, expected) => {
    expect(cleanText(raw)).toBe(expected);
  });

  it('The prefix of an arXiv announcement is removed', () => {
    expect(
      cleanText('arXiv:2508.13426v1 Announce Type: replace-cross \nAbstract: We show it.'),
    ).toBe('We show it.');
    expect(cleanText('We cite arXiv:2508.13426v1.')).toBe('We cite arXiv:2508.13426v1.');
  });

  it.each([
    [
      String.raw`Andr\'e, {\'E}mile, Erd\H{o}s, Fran\c{c}ois, na\"{\i}ve`,
      'André, Émile, Erdős, François, naïve',
    ],
    [String.raw`\v{S}tefan, \O sten, Ma{\l}ek, Schr\"odinger`, 'Štefan, Østen, Małek, Schrödinger'],
    [String.raw`\textbf{Bold \emph{inner}} and {\it old}`, 'Bold inner and old'],
    [
      String.raw`$\mathcal{O}(n^{2})$ for $x_{i} \leq \alpha \cdot \beta_1$`,
      'O(n²) for x_i ≤ α · β₁',
    ],
    [String.raw`$\sim$5\% at $2\times$ in $\mathbb{R}^{d}$`, '~5% at 2× in R^d'],
    [String.raw`$10^{-3}$, $90^\circ$, $\frac{a}{b}$, $\sqrt{n}$, \(x\)`, '10⁻³, 90°, a/b, √n, x'],
    [
      String.raw`\method{} beats \ours by \href{http://x.y}{this} \cite{a,b}.`,
      'method beats ours by this .',
    ],
    [
      'learning~(RL), a ~48 MB file, https://x.edu/~me',
      'learning (RL), a ~48 MB file, https://x.edu/~me',
    ],
    ["``lazy'' 130M--2.7B", '“lazy” 130M–2.7B'],
    [String.raw`$5 and $10, \$7`, '$5 and $10, $7'],
    ['a set {a, b} of {BERT}', 'a set {a, b} of BERT'],
    [String.raw`\constructor{a}`, 'a'],
  ])('The TeX of %j is converted', (raw, expected) => {
    expect(cleanText(raw)).toBe(expected);
  });

  it.each([
    ['up to 4times higher, 41-137times, 2.2times', 'up to 4× higher, 41-137×, 2.2×'],
    ['(O(N^2 cdot T)) to (O(N cdot T))', '(O(N² · T)) to (O(N · T))'],
    ['in O(m_1 cdot m_2), where', 'in O(m₁ · m₂), where'],
    ['Ntimes N, NtimesN, 256times256 and Ktimes faster', 'N× N, N×N, 256×256 and K× faster'],
    ['a sim20% gain at sim 5 points, approx 50% less', 'a ~20% gain at ~5 points, ≈50% less'],
    ['softmax(QK^T)V from A rightarrow B', 'softmax(QKᵀ)V from A → B'],
    ['130M--2.7B, producer--consumer', '130M–2.7B, producer–consumer'],
    ['incorporating APIs.We make it', 'incorporating APIs. We make it'],
    [String.raw`a 60\% speedup`, 'a 60% speedup'],
  ])('The lost TeX of %j is restored', (raw, expected) => {
    expect(cleanText(raw)).toBe(expected);
  });

  it.each([
    'three times faster, at times 3 times',
    'sometimes 2timestamps',
    'the cdot operator',
    'The NYtimes on sim2real, sched_ext and D_KL',
    'with --flag at asp.net',
    'CIE_XYZ_NET and A^B',
    'softmax(QK)V -- or not',
    '100% of A/B 5~10',
  ])('The prose "%s" is unchanged', (prose) => {
    expect(cleanText(prose)).toBe(prose);
  });

  it('Cleaning is idempotent and leaves no invisible character', () => {
    fc.assert(
      fc.property(hostileText(), (raw) => {
        const clean = cleanText(raw);
        expect(cleanText(clean)).toBe(clean);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(clean).toBe(clean.normalize('NFC').trim());
        expect(clean).not.toMatch(/<\/?(?:script|img|a|b)>/i);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['backslashes', '\\', ''],
    ['open commands', '\\textbf{', ''],
    ['nested commands', '\\textbf{', '}'],
    ['nested braces', '{', '}'],
    ['nested powers', '^{', '}'],
    ['ampersands', '&amp;', ''],
    ['open tags', '<a ', ''],
    ['attributes', '<a x=', ''],
    ['comments', '<!--', ''],
    ['split tags', '<scr', '<script>ipt>'],
    ['dollars', '$a ', ''],
    ['accents', "{\\'{", ''],
    ['combining marks', '\u0301\u0323', ''],
    ['announcements', 'arXiv:1 Announce Type: new Abstract:', ''],
    ['lost operators', 'N cdot ', ''],
    ['letters', 'a', ''],
    ['blanks', ' ', 'x'],
  ])('Cleaning 200 KB of %s takes under a second', (_what, opening, closing) => {
    const count = Math.floor(200_000 / (opening.length + closing.length));
    const raw = `${opening.repeat(count)}${closing.repeat(count)}`;
    const started = performance.now();
    const clean = cleanText(raw);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(cleanText(clean)).toBe(clean);
  });
});

/** Any characters, mixed with the fragments that the cleaning acts upon. */
function hostileText(): fc.Arbitrary<string> {
  const chunk = fc.constantFrom(
    ...[
      '\\',
      '{',
      '}',
      '$',
      '^',
      '_',
      '~',
      '&',
      'amp;',
      'lt;',
      '&lt;',
      '&#60;',
      '&#x202e;',
      '<',
      '>',
    ],
    ...[
      '<b>',
      '</b>',
      '<a ',
      '<!--',
      '-->',
      '<scr',
      'script>',
      '\\textbf{',
      '\\frac{',
      '\\sim',
      "\\'",
    ],
    ...[
      '\\times',
      '\\c{',
      'times',
      ' cdot ',
      'N',
      '2',
      ' ',
      '\n',
      '``',
      "''",
      '\u202e',
      '\u0301',
      '\u200b',
    ],
    ...[
      '\ud800',
      '\udc00',
      '\u037e',
      '\u1fef',
      '\u0338',
      '(',
      ')',
      '[',
      ']',
      '/',
      'arXiv:1 Announce Type: x Abstract:',
    ],
  );
  return fc
    .array(fc.oneof({ weight: 4, arbitrary: chunk }, fc.string({ unit: 'binary', maxLength: 3 })), {
      maxLength: 40,
    })
    .map((fragments) => fragments.join(''));
}
