import { describe, expect, it } from 'vitest';
import { describeReason, type ReasonFacts } from '../../src/domain/reason.ts';

function facts(changes: Partial<ReasonFacts> = {}): ReasonFacts {
  return {
    kind: 'daily',
    followedTopics: [],
    saidKeywords: [],
    isMostDiscussed: false,
    popularity: 0,
    hasCode: false,
    isUndiscussed: false,
    isDarkHorse: false,
    topic: null,
    ...changes,
  };
}

describe('describeReason', () => {
  it.each<[Partial<ReasonFacts>, string]>([
    [
      { isMostDiscussed: true, saidKeywords: ['stateless', 'KV'], followedTopics: ['Theory'] },
      'The most discussed paper today, and it says “stateless”, one of your words.',
    ],
    [
      { isMostDiscussed: true, followedTopics: ['Theory', 'Agents'] },
      'The most discussed paper today, and it is on Theory, which you follow.',
    ],
    [{ isMostDiscussed: true, topic: 'Theory' }, 'The most discussed paper today.'],
    [{ saidKeywords: ['stateless'] }, 'It says “stateless”, one of your words.'],
    [{ saidKeywords: ['a', 'b'] }, 'It says “a” and “b”, two of your words.'],
    [{ saidKeywords: ['a', 'b', 'c', 'd'] }, 'It says “a”, “b” and “c”, three of your words.'],
    [
      { saidKeywords: ['stateless'], followedTopics: ['Theory'] },
      'It says “stateless”, one of your words.',
    ],
    [{ followedTopics: ['Theory'], popularity: 0.9 }, 'Because you follow Theory.'],
    [{ followedTopics: ['Theory', 'Agents'] }, 'Because you follow Theory and Agents.'],
    [{ popularity: 0.8 }, 'Among the most discussed papers today.'],
    [{ popularity: 0.79, topic: 'Theory' }, 'On Theory, and readers have noticed it.'],
    [{ popularity: 0.1 }, 'Readers have noticed it.'],
    [{ hasCode: true, topic: 'Theory', popularity: 0.5 }, 'On Theory, and its code is out.'],
    [{ hasCode: true }, 'Its code is out.'],
    [{ topic: 'Theory' }, 'From the papers on Theory today.'],
    [{}, 'From the papers today.'],
    [
      { isDarkHorse: true, isUndiscussed: true, followedTopics: ['Hardware'] },
      'Nobody has said a word about it yet. It is close to Hardware, which you follow.',
    ],
    [
      { isDarkHorse: true, followedTopics: ['Hardware'], saidKeywords: ['KV'] },
      'Few have noticed it yet. It is close to Hardware, which you follow.',
    ],
    [
      { isDarkHorse: true, isUndiscussed: true, saidKeywords: ['KV'] },
      'Nobody has said a word about it yet. It says “KV”, one of your words.',
    ],
  ])('says of %j', (changes, sentence) => {
    expect(describeReason(facts(changes))).toBe(sentence);
  });

  it('speaks of the week in a weekly digest', () => {
    const weekly = (changes: Partial<ReasonFacts>) =>
      describeReason(facts({ kind: 'weekly', ...changes }));
    expect(weekly({ isMostDiscussed: true })).toBe('The most discussed paper this week.');
    expect(weekly({ popularity: 1 })).toBe('Among the most discussed papers this week.');
    expect(weekly({ topic: 'Theory' })).toBe('From the papers on Theory this week.');
  });

  it('is whole sentences in every case, one or two', () => {
    for (const reason of everyReason()) {
      expect(reason).toMatch(/^[A-Z][^.!?]*\.(?: [A-Z][^.!?]*\.)?$/);
      expect(reason).not.toMatch(/ {2}| [.,]|undefined|null|“”/);
    }
  });
});

function everyReason(): string[] {
  const flags = [false, true];
  return (['daily', 'weekly'] as const).flatMap((kind) =>
    [[], ['Theory'], ['Theory', 'Hardware']].flatMap((followedTopics) =>
      [[], ['KV'], ['KV', 'cache'], ['a', 'b', 'c', 'd', 'e']].flatMap((saidKeywords) =>
        [0, 0.5, 1].flatMap((popularity) =>
          [null, 'Agents'].flatMap((topic) =>
            flags.flatMap((hasCode) =>
              flags.flatMap((isMostDiscussed) =>
                flags.flatMap((isUndiscussed) =>
                  flags
                    .filter((isDark) => !isDark || followedTopics.length + saidKeywords.length > 0)
                    .map((isDarkHorse) =>
                      describeReason({
                        ...{ kind, followedTopics, saidKeywords, popularity, topic },
                        ...{ hasCode, isMostDiscussed, isUndiscussed, isDarkHorse },
                      }),
                    ),
                ),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}
