import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cleanText } from '../../../src/domain/text/clean-text.ts';
import { splitSentences, takeFirstSentences } from '../../../src/domain/text/sentences.ts';

const textsOf = (text: string) => [...splitSentences(text)].map((sentence) => sentence.text);

describe('splitSentences', () => {
  it.each([
    ['abbreviations', ['As Smith et al. (2020) show, e.g. GPUs vs. TPUs differ.', 'See Fig. 3.']],
    ['a paper that follows et al.', ['We follow SWAN (Ma et al., 2024) here.', 'Done.']],
    ['decimals and multiples', ['It gains 1.35x over v2.1 at 0.7%.', 'Then 3.5 of 4.']],
    ['initials', ['J. R. Smith and D. E. Knuth met the U.S. Army.', 'They left.']],
    [
      'single letters that end a sentence',
      ['We sort by B and C.', 'To be sure, of length L.', 'Models do.'],
    ],
    ['quotes after the stop', ['He said "It works."', 'Then he left.']],
    [
      'parentheses after the stop',
      ['It works (see Sec. 4. Then more.) well.', '(So they say.)', 'Yes.'],
    ],
    ['questions', ['Is it so?', 'We ask!', 'It is.']],
    ['names in lower case', ['It serves both phases.', 'semi-PD is fast.', 'vLLM is faster.']],
    ['numbers with No.', ['See No. 5 for this.', 'Can it fail?', 'No.', 'We tried.']],
  ])('Sentences are split with %s', (_what, sentences) => {
    expect(textsOf(sentences.join(' '))).toEqual(sentences);
  });

  it('An unmatched parenthesis does not swallow the rest', () => {
    expect(textsOf('One ( is open. Two is not. Three neither.')).toHaveLength(3);
  });

  it('Each sentence has its start', () => {
    const text = '  One is. Two is. ';
    for (const { start, text: sentence } of splitSentences(text)) {
      expect(text.slice(start, start + sentence.length)).toBe(sentence);
    }
  });

  it('The sentences of the seed abstracts contain every word and start like sentences', () => {
    for (const abstract of seedAbstracts()) {
      const sentences = textsOf(abstract);
      expect(sentences.join(' ')).toBe(abstract);
      expect(sentences.length).toBeGreaterThan(4);
      for (const sentence of sentences) expect(sentence).toMatch(/^(?:\p{Lu}|semi-PD)/u);
    }
  });

  it('Splitting takes linear time', () => {
    for (const unit of ['A. ', 'e.g. ', '(A. ', 'Abc. ', '. ', '."']) {
      const started = performance.now();
      textsOf(unit.repeat(200_000 / unit.length));
      expect(performance.now() - started).toBeLessThan(1_000);
    }
  });
});

describe('takeFirstSentences', () => {
  const text = 'One is here. Two is longer than one. Three ends it.';

  it('As many sentences as asked for are taken', () => {
    expect(takeFirstSentences(text, { most: 2, maxLength: 500 })).toBe(
      'One is here. Two is longer than one.',
    );
    expect(takeFirstSentences(text, { most: 9, maxLength: 500 })).toBe(text);
  });

  it('A sentence that exceeds the length is left out whole', () => {
    expect(takeFirstSentences(text, { most: 3, maxLength: 36 })).toBe(
      'One is here. Two is longer than one.',
    );
    expect(takeFirstSentences(text, { most: 3, maxLength: 35 })).toBe('One is here.');
  });

  it('The first sentence is taken even if it is too long', () => {
    expect(takeFirstSentences(text, { most: 1, maxLength: 3 })).toBe('One is here.');
    expect(takeFirstSentences('no stop at all', { most: 2, maxLength: 3 })).toBe('no stop at all');
  });

  it('White space around the text is dropped, and a blank text has no sentences', () => {
    expect(takeFirstSentences(`  ${text}  `, { most: 1, maxLength: 80 })).toBe('One is here.');
    expect(takeFirstSentences('   ', { most: 1, maxLength: 80 })).toBe('');
  });
});

function seedAbstracts(): string[] {
  const file = readFileSync(new URL('../../../seeds/papers.json', import.meta.url), 'utf8');
  const papers: { abstract: string }[] = JSON.parse(file);
  return papers.map(({ abstract }) => cleanText(abstract));
}
