import { describe, expect, it } from 'vitest';
import { abbreviateReason, expandReason } from '../../../src/db/deliveries/reason-abbreviations.ts';
import { describeReasons, type ReasonFacts } from '../../../src/domain/ranking/describe-reasons.ts';

describe('Abbreviated reasons', () => {
  it.each([
    ['On Agents, which you follow, and its code is out.', 'On Agents~a~g'],
    [
      'On Agents, which you follow, and its code is outdated.',
      'On Agents~a, and its code is outdated.',
    ],
    ['It says “RAG” and “tools”, two of your words.', '~kRAG~mtools~o~d.'],
    ['Because you follow ~a and ~~.', '~p~~a and ~~~~.'],
    ['論文 📮', '論文 📮'],
    ['', ''],
  ])('The reason “%s” is abbreviated to “%s” and expanded again', (reason, stored) => {
    expect(abbreviateReason(reason)).toBe(stored);
    expect(expandReason(stored)).toBe(reason);
  });

  // Stored reasons are read for ever: codes may be added and none changed.
  it.each([
    ['a', ', which you follow'],
    ['b', ', whom you follow'],
    ['c', ', one of your words'],
    ['d', ', two of your words'],
    ['e', ', three of your words'],
    ['f', ', one of your names'],
    ['g', ', and its code is out.'],
    ['h', ', and readers have noticed it.'],
    ['i', ', and it gives a number: '],
    ['j', ', and among the most discussed papers '],
    ['k', 'It says “'],
    ['l', 'You asked for “'],
    ['m', '” and “'],
    ['n', '”, “'],
    ['o', '”'],
    ['p', 'Because you follow '],
    ['q', 'The most discussed of '],
    ['r', ' papers on '],
    ['s', 'Where '],
    ['t', ', meets '],
    ['u', 'Nobody has said a word about it yet. '],
    ['v', 'Few have noticed it yet. '],
    ['w', 'It is close to '],
    ['x', ' as well as '],
    ['y', 'The most discussed paper today'],
    ['z', 'The most discussed paper this week'],
    ['A', ', and it is '],
    ['B', ', and it says “'],
    ['C', ', and you liked papers on “'],
    ['D', 'You liked papers on “'],
    ['E', 'Close to papers that you liked: “'],
    ['F', 'From the papers '],
    ['G', 'today.'],
    ['H', 'this week.'],
  ])('The code ~%s is expanded to “%s”', (sign, phrase) => {
    expect(expandReason(`~${sign}`)).toBe(phrase);
  });

  it('Abbreviated reasons take less than half of the space', () => {
    const facts: ReasonFacts = {
      ...{
        kind: 'daily',
        nameMatch: null,
        matchedKeywords: [],
        learnedTerms: [],
        followedTopics: ['Agents'],
      },
      ...{
        unfollowedTopic: 'Benchmarks',
        isMostDiscussed: false,
        ledTopicPaperCount: 5,
        popularity: 0.9,
      },
      ...{ hasCode: true, keyResult: '52%', isUndiscussed: false, isDarkHorse: false },
    };
    const sentences = [
      facts,
      { ...facts, hasCode: false, popularity: 0.1 },
      { ...facts, isDarkHorse: true, isUndiscussed: true },
      { ...facts, saidKeywords: ['RAG', 'tools'] },
      { ...facts, learnedTerms: ['state space'] },
      { ...facts, byline: { kind: 'author', name: 'Ada' } as const },
    ].flatMap((each) => describeReasons(each).map(({ sentence }) => sentence));
    const lengthOf = (sentences: string[]) => sentences.join('').length;
    expect(sentences.length).toBeGreaterThan(20);
    expect(lengthOf(sentences.map(abbreviateReason))).toBeLessThan(lengthOf(sentences) / 2);
  });

  it('A code of a later version is left unchanged', () => {
    expect(expandReason('On Agents~9')).toBe('On Agents~9');
  });
});
