import { describe, expect, it } from 'vitest';
import {
  InvalidPreferencesError,
  type PreferenceInput,
  parsePreferences,
} from '../../../src/domain/subscribers/preferences.ts';
import { PREFERENCE_LIMITS } from '../../../src/domain/subscribers/subscriber.ts';

const SLUGS = new Set(['agents', 'theory']);
const read = (answers: PreferenceInput) => parsePreferences(answers, SLUGS);

function problemsIn(answers: PreferenceInput) {
  try {
    read(answers);
    return {};
  } catch (error) {
    if (!(error instanceof InvalidPreferencesError)) throw error;
    return error.problems;
  }
}

describe('parsePreferences', () => {
  it('Typed values are accepted', () => {
    const preferences = {
      topics: ['agents', 'theory'],
      keywords: ['stateless', 'KV cache'],
      frequency: 'weekdays',
      timezone: 'Europe/Berlin',
      hour: 0,
      papers: 20,
    };
    expect(read(preferences)).toEqual(preferences);
  });

  it('Numbers are accepted as text, as in forms and files', () => {
    expect(read({ hour: '07', papers: '5' })).toEqual({ hour: 7, papers: 5 });
  });

  it('Absent values stay absent, and empty ones empty', () => {
    expect(read({})).toEqual({});
    expect(read({ hour: undefined, topics: undefined })).toEqual({});
    expect(read({ topics: [], keywords: [] })).toEqual({ topics: [], keywords: [] });
  });

  it('Keywords are cleaned, time zones spelled as by IANA, and duplicates removed', () => {
    expect(
      read({
        topics: ['agents', 'agents'],
        keywords: ['  state\u200bless ', 'stateless', ' ', 'KV\ncache'],
        timezone: 'europe/berlin',
      }),
    ).toEqual({
      topics: ['agents'],
      keywords: ['stateless', 'KV cache'],
      timezone: 'Europe/Berlin',
    });
  });

  it.each<[PreferenceInput, keyof PreferenceInput, string]>([
    [
      { topics: ['agents', 'magic'] },
      'topics',
      '“magic” is not a topic: expected some of agents, theory.',
    ],
    [{ topics: 'agents' }, 'topics', 'The topics must be a list of texts.'],
    [{ topics: null }, 'topics', 'The topics must be a list of texts.'],
    [{ keywords: [7] }, 'keywords', 'The keywords must be a list of texts.'],
    [
      { keywords: Array.from({ length: 21 }, (_, number) => `word ${number}`) },
      'keywords',
      '21 keywords are too many: at most 20.',
    ],
    [
      { keywords: ['x'.repeat(81)] },
      'keywords',
      `“${'x'.repeat(59)}…” is too long for a keyword: at most 80 characters.`,
    ],
    [
      { frequency: 'hourly' },
      'frequency',
      '“hourly” is not a valid frequency: expected daily, weekdays, weekly.',
    ],
    [
      { frequency: null },
      'frequency',
      '“null” is not a valid frequency: expected daily, weekdays, weekly.',
    ],
    [
      { timezone: '+02:00' },
      'timezone',
      '“+02:00” is not a time zone: expected an IANA name such as Europe/Berlin.',
    ],
    [
      { timezone: 2 },
      'timezone',
      '“2” is not a time zone: expected an IANA name such as Europe/Berlin.',
    ],
    ...[24, -1, 7.5, '7.5', '', ' 7', '1e1', '0x7', null, true, [7]].map(
      (hour): [PreferenceInput, keyof PreferenceInput, string] => [
        { hour },
        'hour',
        'is not a valid hour: expected a whole number from 0 to 23.',
      ],
    ),
    [{ hour: 24 }, 'hour', '“24” is not a valid hour'],
    [
      { hour: { toString: 1 } },
      'hour',
      'is not a valid hour: expected a whole number from 0 to 23.',
    ],
    [
      { papers: 0 },
      'papers',
      '“0” is not a valid number of papers: expected a whole number from 1 to 20.',
    ],
    [{ papers: '21' }, 'papers', '“21” is not a valid number of papers'],
  ])('The input %j is rejected with a problem of %s', (answers, field, sentence) => {
    const problems = problemsIn(answers);
    expect(Object.keys(problems)).toEqual([field]);
    expect(problems[field]).toContain(sentence);
  });

  it('Every problem is reported at once', () => {
    const problems = problemsIn({ hour: 99, papers: 0, frequency: 'never', topics: ['agents'] });
    expect(Object.keys(problems).sort()).toEqual(['frequency', 'hour', 'papers']);
    const error = new InvalidPreferencesError(problems);
    expect(error.code).toBe('INVALID_PREFERENCES');
    for (const sentence of Object.values(problems)) expect(error.message).toContain(sentence);
  });

  it('A problem quotes at most one cleaned line of the input', () => {
    const sentence = problemsIn({ timezone: `<script>\u202e${'x'.repeat(1e5)}` }).timezone ?? '';
    expect(sentence.length).toBeLessThan(200);
    expect(sentence).not.toMatch(/\u202e|<script>/);
  });

  it('Values at their limits are accepted', () => {
    const { max, maxLength } = PREFERENCE_LIMITS.keywords;
    const keywords = Array.from({ length: max }, (_, number) =>
      `${number}`.padStart(maxLength, 'x'),
    );
    expect(read({ keywords })).toEqual({ keywords });
  });
});
