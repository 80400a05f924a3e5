import { describe, expect, it } from 'vitest';
import { abbreviateReason, expandReason } from '../../../src/db/deliveries/reason-abbreviations.ts';
import { describeReasons, type ReasonFacts } from '../../../src/domain/ranking/describe-reasons.ts';

describe('The shorthand of reasons', () => {
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
  ])('writes “%s” as “%s”, and reads it', (reason, stored) => {
    expect(abbreviateReason(reason)).toBe(stored);
    expect(expandReason(stored)).toBe(reason);
  });

  // What is stored is read for ever: rows may be added, and none changed.
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
  ])('reads ~%s as “%s”', (sign, phrase) => {
    expect(expandReason(`~${sign}`)).toBe(phrase);
  });

  it('makes less than half of what readers are told', () => {
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

  it('leaves a sign of a later version as it is', () => {
    expect(expandReason('On Agents~9')).toBe('On Agents~9');
  });
});
