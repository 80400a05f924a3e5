import { load } from 'cheerio';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHtml } from '../../../src/mail/encoding/ascii-html.ts';
import { TOKEN_STAND_IN } from '../../../src/mail/encoding/token-stand-in.ts';

const encode = (html: string) => encodeHtml(html).toString('latin1');
const linesOf = (html: string) => encode(html).split('\r\n').slice(0, -1);

/** Words as they stand in HTML, with what could break a line or a message. */
const words = fc.array(
  fc.constantFrom(
    'a',
    '.',
    '.5',
    'From',
    'word',
    'é',
    '数学',
    '👩‍🚀',
    '&amp;',
    '<b>',
    '</b>',
    '&#x3D;_x',
  ),
  { maxLength: 300 },
);

describe('HTML in ASCII lines', () => {
  it('A parser reads the same text, white space aside', () => {
    fc.assert(
      fc.property(words, (list) => {
        const html = list.join(' ');
        const textOf = (source: string) => load(source).text().replace(/\s+/g, ' ').trim();
        expect(textOf(encode(html))).toBe(textOf(html));
      }),
    );
  });

  it('Lines are ASCII, of at most 200 characters, and begin neither with a dot nor with From', () => {
    fc.assert(
      fc.property(words, (list) => {
        for (const line of linesOf(list.join(' '))) {
          expect(line).toMatch(/^[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?$/);
          expect(line).not.toMatch(/^\.|^From |[ ]{2}/);
        }
      }),
    );
  });

  it('Characters outside ASCII become references', () => {
    expect(encode('“Ada’s” 🚀')).toBe('&#8220;Ada&#8217;s&#8221; &#128640;\r\n');
  });

  it('A text without white space is broken where nobody sees it, in no tag and in no reference', () => {
    const html = `<p title="${'x'.repeat(600)}">${'数&amp;'.repeat(600)}</p>`;
    for (const line of linesOf(html)) expect(line.length).toBeLessThanOrEqual(998);
    const page = load(encode(html));
    expect(page('p').text()).toBe('数&'.repeat(600));
    expect(page('p').attr('title')).toBe('x'.repeat(600));
  });

  it('A style sheet is divided between its rules, and its dots stay dots', () => {
    const rules = Array.from(
      { length: 60 },
      (_, at) => `[data-x] .a${at} b{color:#15171A!important}`,
    );
    const html = `<style>${rules.join('')}</style>`;
    for (const line of linesOf(html)) {
      expect(line.length).toBeLessThanOrEqual(200);
      expect(line).not.toMatch(/^\./);
    }
    expect(encode(html).replaceAll('\r\n', '')).toBe(html);
  });

  it('The condition of a conditional comment stays on one line', () => {
    for (let length = 150; length < 200; length += 1) {
      expect(encode(`${'x'.repeat(length)} <!--[if mso|IE]><table><![endif]-->`)).toContain(
        '[if mso|IE]>',
      );
    }
  });

  it('A token is never divided', () => {
    for (let length = 150; length < 200; length += 1) {
      expect(encode(`${'x'.repeat(length)} href="${TOKEN_STAND_IN}/m1"`)).toContain(TOKEN_STAND_IN);
    }
  });

  it('No text stays no bytes', () => {
    expect(encodeHtml('')).toHaveLength(0);
  });
});
