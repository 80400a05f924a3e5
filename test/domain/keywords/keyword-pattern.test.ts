import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createKeywordPattern,
  toSearchWords,
} from '../../../src/domain/keywords/keyword-pattern.ts';

const quoteIn = (keyword: string, abstract: string, title = 'A Title') =>
  createKeywordPattern(keyword)?.find({ title, abstract })?.quote ?? null;
const strengthIn = (keyword: string, title: string, abstract: string) =>
  createKeywordPattern(keyword)?.find({ title, abstract })?.strength;

describe('createKeywordPattern', () => {
  it.each([
    ['tool use', 'Agents learn tool use.', 'tool use'],
    ['tool use', 'Tool-use is learned.', 'Tool-use'],
    ['tool-use', 'Agents learn tool use.', 'tool use'],
    ['Tool  Use', 'On tool‑use in agents.', 'tool‑use'],
    ['tool use', 'A fundamental tool in photography is used.', null],
    ['tool use', 'This tool, use it well.', null],
    ['tool use', 'Fool use.', null],
    ['tool use', 'Tools use power.', null],
    ['world model', 'We train world models.', 'world models'],
    ['world models', 'A world model plans.', 'world model'],
    ['memory', 'Long memories.', 'memories'],
    ['transformer', 'A transformation.', null],
    ['use', 'The user is useful.', null],
    ['bias', 'Biased biases.', null],
    ['model', 'A modeling model.', 'model'],
    ['“speculative decoding”', 'Speculative decoding is fast.', 'Speculative decoding'],
    ['GPT-4', 'We prompt GPT-4o and GPT 4.', 'GPT 4'],
    ['C++', 'Written in C and C++.', 'C++'],
    ['C++', 'Written in C.', null],
    ['.NET', 'For .NET developers.', '.NET'],
    ['input / output', 'The input/output pairs.', 'input/output'],
    ['input/output', 'The input output pairs.', null],
    ["Hamilton's principle", 'By Hamilton’s principle.', 'Hamilton’s principle'],
    ['naïve Bayes', 'NAÏVE BAYES is a baseline.', 'NAÏVE BAYES'],
    ['ve', 'A naïve idea.', null],
    ['模型', '大型语言模型很强。', '模型'],
    ['use', 'The use_cache flag.', null],
    ['(.*)+$', 'Anything at all.', null],
    ['a{1000}', 'aaaa', null],
    ['[a-z]', 'letters', null],
  ])('%s in “%s” is quoted as %j', (keyword, abstract, quote) => {
    expect(quoteIn(keyword, abstract)).toBe(quote);
  });

  it('Words of the title and the abstract are never joined', () => {
    expect(quoteIn('tool use', 'Use it.', 'A Tool')).toBeNull();
  });

  it('The spelling of the keyword is quoted if the paper has it', () => {
    const abstract = 'We study World-models and world models.';
    expect(quoteIn('world models', abstract, 'World Models')).toBe('world models');
    expect(quoteIn('World Models', abstract, 'World Models')).toBe('World Models');
  });

  it.each(['', ' ', '…', '“”', '++', '-'])('“%s” has no word, so it has no pattern', (keyword) => {
    expect(createKeywordPattern(keyword)).toBeNull();
  });

  it('A mention in the title is stronger than many in the abstract, which are stronger than one', () => {
    const one = strengthIn('mamba', 'Title', 'A mamba.');
    const many = strengthIn('mamba', 'Title', 'A mamba, a mamba, a mamba and a mamba.');
    expect([one, many, strengthIn('mamba', 'Mamba', '')]).toEqual([0.7, expect.closeTo(0.9), 1]);
  });

  it('Whatever is quoted stands in the paper, letter for letter, and no keyword is an error', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 80 });
    fc.assert(
      fc.property(text, text, text, (keyword, title, abstract) => {
        const quote = createKeywordPattern(keyword)?.find({ title, abstract })?.quote;
        if (quote !== undefined)
          expect(title.includes(quote) || abstract.includes(quote)).toBe(true);
      }),
    );
  });

  it('A keyword is found in every text that contains it between spaces', () => {
    const words = fc.stringMatching(/^[\p{L}\p{N}][\p{L}\p{N} +/.-]{0,20}[\p{L}\p{N}]$/u);
    fc.assert(
      fc.property(words, (keyword) => {
        expect(quoteIn(keyword, `We use ${keyword} here.`)).not.toBeNull();
      }),
    );
  });

  it('The longest abstract is searched for a keyword that nearly matches everywhere in linear time', () => {
    const pattern = createKeywordPattern(`${'a '.repeat(39)}b`);
    const abstract = 'a - '.repeat(5_000);
    const started = performance.now();
    pattern?.find({ title: '', abstract });
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('toSearchWords', () => {
  it.each([
    ['tool use', 'tool use', true],
    ['state-space', 'state space', true],
    ['GPT-4', 'GPT', false],
    ['4o', '4o', false],
    ['', '', true],
  ])('Papers that may mention “%s” are searched with “%s”', (keyword, text, isPhrase) => {
    expect(toSearchWords(keyword)).toEqual({ text, isPhrase });
  });
});
