import { describe, expect, it } from 'vitest';
import { parsePreferences } from '../../src/domain/subscribers/preferences.ts';
import {
  readFieldText,
  readFormBody,
  readSignUpInput,
  readTypedPreferences,
} from '../../src/http/form-body.ts';

describe('formOf', () => {
  it.each([undefined, null, 'text', 7])('takes %j for an empty form', (body) => {
    expect(readFormBody(body)).toEqual({});
  });

  it('keeps texts and lists of texts, and nothing else', () => {
    const body = { email: 'ada@example.org', topics: ['agents'], hour: 7, keywords: [{}], x: null };
    expect(readFormBody(body)).toEqual({ email: 'ada@example.org', topics: ['agents'] });
  });
});

describe('textOf', () => {
  it('is the last of several texts, and empty without any', () => {
    expect(readFieldText({ hour: ['6', '7'] }, 'hour')).toBe('7');
    expect(readFieldText({ hour: '6' }, 'hour')).toBe('6');
    expect(readFieldText({ hour: [] }, 'hour')).toBe('');
    expect(readFieldText({}, 'hour')).toBe('');
  });
});

describe('answersOf', () => {
  it('takes no ticked topic for none, and a missing field for absent', () => {
    expect(readSignUpInput({})).toEqual({ topics: [] });
  });

  it('takes one ticked topic for a list of one', () => {
    expect(readSignUpInput({ topics: 'agents' })).toEqual({ topics: ['agents'] });
  });

  it('gives what preferences are read from', () => {
    const form = {
      topics: ['agents', 'theory'],
      frequency: 'weekdays',
      timezone: 'Europe/Berlin',
      hour: '6',
      papers: '5',
    };
    expect(parsePreferences(readSignUpInput(form), new Set(['agents', 'theory']))).toEqual({
      topics: ['agents', 'theory'],
      frequency: 'weekdays',
      timezone: 'Europe/Berlin',
      hour: 6,
      papers: 5,
    });
  });
});

describe('typedPreferences', () => {
  it('shows again what can be shown, and leaves out what a field could not hold', () => {
    expect(
      readTypedPreferences({
        topics: 'agents',
        timezone: 'europe/berlin',
        hour: '99',
        papers: '5',
        frequency: 'never',
      }),
    ).toEqual({ topics: ['agents'], timezone: 'Europe/Berlin', papers: 5 });
  });
});
