import { describe, expect, it } from 'vitest';
import { describeReason, joinReason, type ReasonPeriod } from '../../../src/copy/en/reasons.ts';
import { listReasons, type ReasonFacts } from '../../../src/domain/ranking/reason.ts';

function facts(changes: Partial<ReasonFacts> = {}): ReasonFacts {
  return {
    nameMatch: null,
    matchedKeywords: [],
    learnedTerms: [],
    followedTopics: [],
    weakTopic: null,
    isMostDiscussed: false,
    isMuchDiscussed: false,
    ledTopicPaperCount: 0,
    popularity: 0,
    hasCode: false,
    isDiscussed: false,
    counted: 'votes',
    isNew: true,
    isDarkHorse: false,
    ...changes,
  };
}

const ADA = { kind: 'author', name: 'Ada Lovelace' } as const;
const META = { kind: 'organisation', name: 'Meta' } as const;
const TOPIC_NAMES = new Map([
  ['hardware', 'Hardware, kernels & edge'],
  ['theory', 'Theory'],
  ['rd', 'R & D'],
  ['long', 'Disordered Systems and Neural Networks'],
]);

/** All reasons in words; `paperTopics` are the topics of the paper. */
function describeAll(
  changes: Partial<ReasonFacts>,
  { period = 'daily', topics }: { period?: ReasonPeriod; topics?: readonly string[] } = {},
) {
  const paperTopics = topics ?? changes.followedTopics ?? [];
  return listReasons(facts(changes)).map((reason) =>
    describeReason(reason, paperTopics, { period, topicNames: TOPIC_NAMES }),
  );
}

const sentences = (changes: Partial<ReasonFacts>, period?: ReasonPeriod) =>
  describeAll(changes, period === undefined ? {} : { period }).map(({ sentence }) => sentence);

describe('describeReason', () => {
  it.each<[Partial<ReasonFacts>, string]>([
    [
      { isMostDiscussed: true, matchedKeywords: ['stateless', 'KV'], followedTopics: ['theory'] },
      'Most discussed today. Mentions “stateless” and “KV”.',
    ],
    [{ isMostDiscussed: true, followedTopics: ['theory'] }, 'Most discussed today.'],
    [
      { isMostDiscussed: true, learnedTerms: ['mamba'], followedTopics: ['theory'] },
      'Most discussed today. Like papers you liked: mamba.',
    ],
    [
      { isMostDiscussed: true, nameMatch: ADA, matchedKeywords: ['KV'] },
      'Most discussed today. By Ada Lovelace, whom you follow.',
    ],
    [{ isDarkHorse: true, followedTopics: ['hardware'] }, 'No votes yet, and close to Hardware.'],
    [
      { isDarkHorse: true, isDiscussed: true, popularity: 0.1, followedTopics: ['hardware'] },
      'Few votes so far, and close to Hardware.',
    ],
    [
      { isDarkHorse: true, counted: 'comments', followedTopics: ['hardware'] },
      'No comments yet, and close to Hardware.',
    ],
    [
      { isDarkHorse: true, counted: 'comments', isDiscussed: true, followedTopics: ['hardware'] },
      'Few comments so far, and close to Hardware.',
    ],
    [{ isDarkHorse: true, matchedKeywords: ['KV'] }, 'No votes yet. Mentions “KV”.'],
    [{ isDarkHorse: true, nameMatch: META }, 'No votes yet. From Meta, which you follow.'],
    [
      { isDarkHorse: true, learnedTerms: ['mamba', 'hidden state'] },
      'No votes yet. Like papers you liked: mamba, hidden state.',
    ],
  ])('The one reason for %j is “%s”', (changes, sentence) => {
    expect(sentences(changes)).toEqual([sentence]);
  });

  it.each<[string, Partial<ReasonFacts>]>([
    ['of a source that counts no votes', { counted: null }],
    ['that is old', { isNew: false }],
    ['that is discussed more than others', { isDiscussed: true, popularity: 0.3 }],
  ])('A dark horse %s is not said to lack votes', (_what, changes) => {
    const horse = { isDarkHorse: true, followedTopics: ['hardware'], ...changes };
    expect(describeAll(horse)).toEqual([{ label: 'Hardware', sentence: '' }]);
  });

  it.each<[Partial<ReasonFacts>, string]>([
    [{ nameMatch: ADA, matchedKeywords: ['KV'] }, 'By Ada Lovelace, whom you follow.'],
    [{ nameMatch: META }, 'From Meta, which you follow.'],
    [{ matchedKeywords: ['stateless'], learnedTerms: ['mamba'] }, 'Mentions “stateless”.'],
    [{ matchedKeywords: ['a', 'b', 'c', 'd'] }, 'Mentions “a”, “b” and “c”.'],
    [
      { learnedTerms: ['mamba', 'hidden state'], followedTopics: ['theory'] },
      'Like papers you liked: mamba, hidden state.',
    ],
    [{ weakTopic: 'hardware' }, 'Touches on Hardware.'],
    [{ followedTopics: ['theory'] }, ''],
    [{}, ''],
  ])('The match of %j is worded “%s”', (changes, sentence) => {
    expect(sentences(changes)).toEqual([sentence]);
  });

  it('Remarks on the paper come before its match, the strongest first', () => {
    const remarkable = { isMuchDiscussed: true, hasCode: true };
    expect(
      describeAll(
        { ...remarkable, followedTopics: ['theory'], ledTopicPaperCount: 7 },
        { topics: ['theory', 'hardware'] },
      ),
    ).toEqual([
      { label: 'Hardware', sentence: 'Most discussed of seven papers on Theory.' },
      { label: 'Theory', sentence: 'One of the most discussed today.' },
      { label: 'Theory', sentence: 'Code available.' },
      { label: 'Theory, Hardware', sentence: '' },
    ]);
    expect(sentences({ ...remarkable, isMuchDiscussed: false })).toEqual(['Code available.', '']);
    expect(sentences({ ...remarkable, learnedTerms: ['mamba'] })[1]).toBe(
      'Code available. Like papers you liked: mamba.',
    );
  });

  it('The label names followed topics first, in short and on one line', () => {
    const label = (followedTopics: string[], topics: string[]) =>
      describeAll({ followedTopics }, { topics })[0]?.label;
    expect(label(['theory'], ['hardware', 'theory'])).toBe('Theory, Hardware');
    expect(label([], ['hardware', 'theory'])).toBe('Hardware, Theory');
    expect(label(['rd'], ['rd', 'agents'])).toBe('R & D, agents');
    expect(label(['long'], ['long', 'hardware'])).toBe(
      'Disordered Systems and Neural Networks, Hardware',
    );
    expect(label(['long'], ['long', 'a topic without a name'])).toBe(
      'Disordered Systems and Neural Networks',
    );
    expect(label([], [])).toBe('');
  });

  it('The reasons of a week and of a pause mention it', () => {
    const most = { isMostDiscussed: true };
    const much = { isMuchDiscussed: true };
    expect(sentences(most, 'weekly')[0]).toBe('Most discussed this week.');
    expect(sentences(much, 'weekly')[0]).toBe('One of the most discussed this week.');
    expect(sentences(most, 'pause')[0]).toBe('Most discussed while you were away.');
  });

  it('A reason as one text has the topics and the sentence', () => {
    expect(joinReason({ label: 'Theory', sentence: 'Code available.' })).toBe(
      'Theory. Code available.',
    );
    expect(joinReason({ label: 'Theory', sentence: '' })).toBe('Theory.');
    expect(joinReason({ label: '', sentence: 'Code available.' })).toBe('Code available.');
    expect(joinReason({ label: '', sentence: '' })).toBe('');
  });

  it('Every reason is at most two whole sentences, and no two of a paper are the same', () => {
    for (const changes of everyCase()) {
      const all = [...sentences(changes), ...sentences(changes, 'weekly')];
      expect(new Set(sentences(changes)).size).toBe(all.length / 2);
      for (const sentence of all) {
        expect(sentence).toMatch(/^(?:[A-Z][^.!?]*\.(?: [A-Z][^.!?]*\.)?)?$/);
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
  vary('followedTopics', [], ['theory'], ['theory', 'hardware']);
  vary('weakTopic', null, 'hardware');
  vary('ledTopicPaperCount', 0, 3);
  vary('popularity', 0, 1);
  vary('counted', 'votes', 'comments', null);
  for (const flag of [
    'isMostDiscussed',
    'isMuchDiscussed',
    'hasCode',
    'isDiscussed',
    'isNew',
    'isDarkHorse',
  ] as const)
    vary(flag, false, true);
  return cases;
}
