import { describe, expect, it } from 'vitest';
import { describeReason } from '../../../src/copy/en/reasons.ts';
import type { DigestKind } from '../../../src/domain/digests/digest.ts';
import { listReasons, type ReasonFacts } from '../../../src/domain/ranking/reason.ts';

function facts(changes: Partial<ReasonFacts> = {}): ReasonFacts {
  return {
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
const TOPIC_NAMES = new Map([['theory', 'Theory']]);
const sentences = (changes: Partial<ReasonFacts>, digestKind: DigestKind = 'daily') =>
  listReasons(facts(changes)).map((reason) =>
    describeReason(reason, { digestKind, topicNames: TOPIC_NAMES }),
  );

describe('describeReason', () => {
  it.each<[Partial<ReasonFacts>, string]>([
    [
      { isMostDiscussed: true, matchedKeywords: ['stateless', 'KV'], followedTopics: ['Theory'] },
      'The most discussed paper today, and it mentions “stateless”, one of your keywords.',
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
      'Nobody has said a word about it yet. It mentions “KV”, one of your keywords.',
    ],
    [
      { isDarkHorse: true, nameMatch: META },
      'Nobody has said a word about it yet. It is from Meta, which you follow.',
    ],
  ])('The one reason for %j is “%s”', (changes, sentence) => {
    expect(sentences(changes)).toEqual([sentence]);
  });

  it.each<[Partial<ReasonFacts>, string[]]>([
    [
      { nameMatch: ADA, matchedKeywords: ['KV'] },
      ['By Ada Lovelace, whom you follow.', 'By Ada Lovelace, one of the names you follow.'],
    ],
    [
      { nameMatch: META },
      ['From Meta, which you follow.', 'From Meta, one of the names you follow.'],
    ],
    [
      { matchedKeywords: ['stateless'], followedTopics: ['Theory'], learnedTerms: ['mamba'] },
      ['It mentions “stateless”, one of your keywords.', 'You asked for “stateless”.'],
    ],
    [
      { matchedKeywords: ['a', 'b', 'c', 'd'] },
      ['It mentions “a”, “b” and “c”, three of your keywords.', 'You asked for “a”, “b” and “c”.'],
    ],
    [
      { learnedTerms: ['mamba', 'hidden state'], followedTopics: ['Theory'] },
      [
        'You liked papers on “mamba” and “hidden state”.',
        'Similar to papers you liked: “mamba” and “hidden state”.',
      ],
    ],
    [
      { followedTopics: ['Theory', 'Agents'] },
      ['Because you follow Theory and Agents.', 'On Theory and Agents, which you follow.'],
    ],
    [{ unfollowedTopic: 'Theory' }, ['From today’s papers on Theory.', 'On Theory.']],
    [{}, ['From today’s papers.']],
  ])('The match of %j is worded in two ways where possible', (changes, expected) => {
    expect(sentences(changes)).toEqual(expected);
  });

  it('Remarks on the paper come before its match', () => {
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
      'On Theory, which you follow. Its code is out.',
      'On Theory, which you follow, and on Agents.',
      'On Theory, which you follow. It reports 1.35x.',
      'Because you follow Theory.',
      'On Theory, which you follow.',
    ]);
    expect(sentences({ ...remarkable, popularity: 0.79 })).toEqual([
      'Its code is out.',
      'It reports 1.35x.',
      'Readers have noticed it.',
      'From today’s papers.',
    ]);
    expect(sentences({ ...remarkable, learnedTerms: ['mamba'] })[1]).toBe(
      'You liked papers on “mamba”. Its code is out.',
    );
  });

  it('A topic is shown by its name, or by its slug when it has none', () => {
    expect(sentences({ followedTopics: ['theory', 'agents'] })[0]).toBe(
      'Because you follow Theory and agents.',
    );
  });

  it('A paper without votes and comments is never called discussed', () => {
    expect(sentences({ popularity: 1, followedTopics: ['Theory'] })).toEqual([
      'Because you follow Theory.',
      'On Theory, which you follow.',
    ]);
  });

  it('The reasons of a weekly digest mention the week', () => {
    const weekly = (changes: Partial<ReasonFacts>) => sentences(changes, 'weekly')[0];
    expect(weekly({ isMostDiscussed: true })).toBe('The most discussed paper this week.');
    expect(weekly({ popularity: 1, isUndiscussed: false })).toBe(
      'Among the most discussed papers this week.',
    );
    expect(weekly({ unfollowedTopic: 'Theory' })).toBe('From this week’s papers on Theory.');
  });

  it('Every reason is one or two whole sentences, and no two of a paper are the same', () => {
    for (const changes of everyCase()) {
      const all = [...sentences(changes), ...sentences(changes, 'weekly')];
      expect(new Set(sentences(changes)).size).toBe(all.length / 2);
      for (const sentence of all) {
        expect(sentence).toMatch(/^[A-Z](?:[^.!?]|\.(?=\d))*\.(?: [A-Z](?:[^.!?]|\.(?=\d))*\.)?$/);
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
