import { describe, expect, it } from 'vitest';
import { describeReasons, type ReasonFacts } from '../../../src/domain/ranking/describe-reasons.ts';

function facts(changes: Partial<ReasonFacts> = {}): ReasonFacts {
  return {
    kind: 'daily',
    nameMatch: null,
    matchedKeywords: [],
    learnedTerms: [],
    followedTopics: [],
    unfollowedTopic: null,
    isMostDiscussed: false,
    ledTopicPaperCount: 0,
    popularity: 0,
    hasCode: false,
    keyResult: null,
    isUndiscussed: true,
    isDarkHorse: false,
    ...changes,
  };
}

const ADA = { kind: 'author', name: 'Ada Lovelace' } as const;
const META = { kind: 'organisation', name: 'Meta' } as const;
const sentences = (changes: Partial<ReasonFacts>) =>
  describeReasons(facts(changes)).map(({ sentence }) => sentence);

describe('describeReasons', () => {
  it.each<[Partial<ReasonFacts>, string]>([
    [
      { isMostDiscussed: true, matchedKeywords: ['stateless', 'KV'], followedTopics: ['Theory'] },
      'The most discussed paper today, and it says “stateless”, one of your words.',
    ],
    [
      { isMostDiscussed: true, followedTopics: ['Theory', 'Agents'] },
      'The most discussed paper today, and it is on Theory, which you follow.',
    ],
    [
      { isMostDiscussed: true, learnedTerms: ['mamba'], followedTopics: ['Theory'] },
      'The most discussed paper today, and you liked papers on “mamba”.',
    ],
    [
      { isMostDiscussed: true, nameMatch: ADA, matchedKeywords: ['KV'] },
      'The most discussed paper today, and it is by Ada Lovelace, whom you follow.',
    ],
    [{ isMostDiscussed: true, unfollowedTopic: 'Theory' }, 'The most discussed paper today.'],
    [
      { isDarkHorse: true, followedTopics: ['Hardware'] },
      'Nobody has said a word about it yet. It is close to Hardware, which you follow.',
    ],
    [
      {
        isDarkHorse: true,
        isUndiscussed: false,
        followedTopics: ['Hardware'],
        matchedKeywords: ['KV'],
      },
      'Few have noticed it yet. It is close to Hardware, which you follow.',
    ],
    [
      { isDarkHorse: true, matchedKeywords: ['KV'] },
      'Nobody has said a word about it yet. It says “KV”, one of your words.',
    ],
    [
      { isDarkHorse: true, nameMatch: META },
      'Nobody has said a word about it yet. It is from Meta, which you follow.',
    ],
  ])('has one thing to say of %j', (changes, sentence) => {
    expect(sentences(changes)).toEqual([sentence]);
  });

  it.each<[Partial<ReasonFacts>, string[]]>([
    [
      { nameMatch: ADA, matchedKeywords: ['KV'] },
      ['By Ada Lovelace, whom you follow.', 'By Ada Lovelace, one of your names.'],
    ],
    [{ nameMatch: META }, ['From Meta, which you follow.', 'From Meta, one of your names.']],
    [
      { matchedKeywords: ['stateless'], followedTopics: ['Theory'], learnedTerms: ['mamba'] },
      ['It says “stateless”, one of your words.', 'You asked for “stateless”.'],
    ],
    [
      { matchedKeywords: ['a', 'b', 'c', 'd'] },
      ['It says “a”, “b” and “c”, three of your words.', 'You asked for “a”, “b” and “c”.'],
    ],
    [
      { learnedTerms: ['mamba', 'hidden state'], followedTopics: ['Theory'] },
      [
        'You liked papers on “mamba” and “hidden state”.',
        'Close to papers that you liked: “mamba” and “hidden state”.',
      ],
    ],
    [
      { followedTopics: ['Theory', 'Agents'] },
      ['Because you follow Theory and Agents.', 'On Theory and Agents, which you follow.'],
    ],
    [{ unfollowedTopic: 'Theory' }, ['From the papers on Theory today.', 'On Theory.']],
    [{}, ['From the papers today.']],
  ])('says of %j, in two ways where it can', (changes, expected) => {
    expect(sentences(changes)).toEqual(expected);
  });

  it('tells what is remarkable of the paper first', () => {
    const remarkable = { popularity: 0.8, isUndiscussed: false, hasCode: true, keyResult: '1.35x' };
    expect(
      sentences({
        ...remarkable,
        followedTopics: ['Theory'],
        unfollowedTopic: 'Agents',
        ledTopicPaperCount: 7,
      }),
    ).toEqual([
      'The most discussed of seven papers on Theory, which you follow.',
      'On Theory, which you follow, and among the most discussed papers today.',
      'On Theory, which you follow, and its code is out.',
      'Where Theory, which you follow, meets Agents.',
      'On Theory, which you follow, and it gives a number: 1.35x.',
      'Because you follow Theory.',
      'On Theory, which you follow.',
    ]);
    expect(sentences({ ...remarkable, popularity: 0.79 })).toEqual([
      'Its code is out.',
      'It gives a number: 1.35x.',
      'Readers have noticed it.',
      'From the papers today.',
    ]);
    expect(sentences({ ...remarkable, learnedTerms: ['mamba'] })[1]).toBe(
      'You liked papers on “mamba”, and its code is out.',
    );
  });

  it('does not call a paper discussed that nobody discusses, whatever its rank in a quiet day', () => {
    expect(sentences({ popularity: 1, followedTopics: ['Theory'] })).toEqual([
      'Because you follow Theory.',
      'On Theory, which you follow.',
    ]);
  });

  it('speaks of the week in a weekly digest', () => {
    const weekly = (changes: Partial<ReasonFacts>) => sentences({ kind: 'weekly', ...changes })[0];
    expect(weekly({ isMostDiscussed: true })).toBe('The most discussed paper this week.');
    expect(weekly({ popularity: 1, isUndiscussed: false })).toBe(
      'Among the most discussed papers this week.',
    );
    expect(weekly({ unfollowedTopic: 'Theory' })).toBe('From the papers on Theory this week.');
  });

  it('is whole sentences in every case, one or two, each of them another', () => {
    for (const changes of everyCase()) {
      const all = sentences(changes);
      expect(new Set(all).size).toBe(all.length);
      for (const sentence of all) {
        expect(sentence).toMatch(/^[A-Z](?:[^.!?]|\.(?=\d))*\.(?: [A-Z][^.!?]*\.)?$/);
        expect(sentence).not.toMatch(/ {2}| [.,]|undefined|null|“”/);
      }
    }
  });
});

function everyCase(): Partial<ReasonFacts>[] {
  let cases: Partial<ReasonFacts>[] = [{}];
  const vary = <Name extends keyof ReasonFacts>(name: Name, ...values: ReasonFacts[Name][]) => {
    cases = cases.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
  };
  vary('kind', 'daily', 'weekly');
  vary('nameMatch', null, ADA, META);
  vary('matchedKeywords', [], ['KV'], ['a', 'b', 'c', 'd', 'e']);
  vary('learnedTerms', [], ['mamba', 'hidden state']);
  vary('followedTopics', [], ['Theory'], ['Theory', 'Hardware']);
  vary('unfollowedTopic', null, 'Agents');
  vary('popularity', 0.5, 1);
  vary('keyResult', null, '1.35x');
  for (const flag of ['isMostDiscussed', 'hasCode', 'isUndiscussed', 'isDarkHorse'] as const)
    vary(flag, false, true);
  return cases.filter(
    ({ isDarkHorse, nameMatch: byline, matchedKeywords: saidKeywords, followedTopics }) =>
      !isDarkHorse || byline || saidKeywords?.length || followedTopics?.length,
  );
}
