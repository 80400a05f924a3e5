import { describe, expect, it } from 'vitest';
import { parsePreferences } from '../../src/domain/subscribers/preferences.ts';
import {
  readFieldText,
  readFormBody,
  readSignUpInput,
  readTypedPreferences,
} from '../../src/http/form-body.ts';

describe('formOf', () => {
  it.each([undefined, null, 'text', 7])('The body %j is read as an empty form', (body) => {
    expect(readFormBody(body)).toEqual({});
  });

  it('A form keeps texts and lists of texts only', () => {
    const body = { email: 'ada@example.org', topics: ['agents'], hour: 7, keywords: [{}], x: null };
    expect(readFormBody(body)).toEqual({ email: 'ada@example.org', topics: ['agents'] });
  });
});

describe('textOf', () => {
  it('A field’s text is the last of several, and empty without any', () => {
    expect(readFieldText({ hour: ['6', '7'] }, 'hour')).toBe('7');
    expect(readFieldText({ hour: '6' }, 'hour')).toBe('6');
    expect(readFieldText({ hour: [] }, 'hour')).toBe('');
    expect(readFieldText({}, 'hour')).toBe('');
  });
});

describe('answersOf', () => {
  it('No ticked topic means no topics; a missing field stays absent', () => {
    expect(readSignUpInput({})).toEqual({ topics: [] });
  });

  it('One ticked topic is a list of one', () => {
    expect(readSignUpInput({ topics: 'agents' })).toEqual({ topics: ['agents'] });
  });

  it('The sign-up form is read as the input of preferences', () => {
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
  it('Typed values are kept as far as fields can show them', () => {
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
