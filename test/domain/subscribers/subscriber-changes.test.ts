import { describe, expect, it } from 'vitest';
import { InvalidPreferencesError } from '../../../src/domain/subscribers/preferences.ts';
import {
  parseSubscriberChanges,
  resolveTopicConflicts,
} from '../../../src/domain/subscribers/subscriber-changes.ts';

const LIMITS = { topicSlugs: new Set(['agents', 'rl', 'vision']), today: '2026-05-08' };

describe('parseSubscriberChanges', () => {
  it('Changes hold only what the input names', () => {
    expect(parseSubscriberChanges({ hour: 6, pausedUntil: '2026-05-20' }, LIMITS)).toEqual({
      hour: 6,
      pausedUntil: '2026-05-20',
    });
    expect(parseSubscriberChanges({ pausedUntil: undefined }, LIMITS)).toEqual({});
    expect(parseSubscriberChanges({ pausedUntil: null }, LIMITS)).toEqual({ pausedUntil: null });
  });

  it('Every problem is reported by its field', () => {
    try {
      parseSubscriberChanges({ hour: 24, pausedUntil: 'soon' }, LIMITS);
      expect.unreachable();
    } catch (error) {
      const { problems } = error as InvalidPreferencesError;
      expect(Object.keys(problems).sort()).toEqual(['hour', 'pausedUntil']);
    }
  });

  it('A topic cannot be followed and muted at once', () => {
    const both = { topics: ['rl'], mutedTopics: ['vision', 'rl'] };
    expect(() => parseSubscriberChanges(both, LIMITS)).toThrow(InvalidPreferencesError);
  });
});

describe('resolveTopicConflicts', () => {
  const known = { topics: ['agents'], mutedTopics: ['vision'] };

  it.each([
    [{ hour: 6 }, { hour: 6 }],
    [{ topics: ['vision'] }, { topics: ['vision'], mutedTopics: [] }],
    [{ mutedTopics: ['agents'] }, { mutedTopics: ['agents'], topics: [] }],
    [
      { topics: [], mutedTopics: ['rl'] },
      { topics: [], mutedTopics: ['rl'] },
    ],
  ])('The changes %j become %j', (changes, settled) => {
    expect(resolveTopicConflicts(known, changes)).toEqual(settled);
  });
});
