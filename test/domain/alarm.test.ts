import { describe, expect, it } from 'vitest';
import { type Incident, newsOf } from '../../src/domain/alarm.ts';
import { at } from '../support/clock.ts';

const incident = (changes: Partial<Incident> = {}): Incident => ({
  id: 1,
  kind: 'source-failed',
  subject: 'hf-daily',
  sentence: 'It cannot be reached.',
  raisedAt: at('05:00:00'),
  seenAt: at('05:00:00'),
  times: 1,
  endedAt: null,
  mailedAt: null,
  endMailedAt: null,
  ...changes,
});
const news = (changes: Partial<Incident>, now = at('06:00:00')) => newsOf(incident(changes), now);

describe('The news of an incident', () => {
  it('are that it began, once', () => {
    expect(news({})).toBe('began');
    expect(news({ mailedAt: at('05:01:00'), times: 60, seenAt: at('06:00:00') })).toBeNull();
  });

  it('are that it is over, once, when it was told of', () => {
    const over = { mailedAt: at('05:01:00'), endedAt: at('05:02:00') };
    expect(news(over)).toBe('over');
    expect(news({ ...over, endMailedAt: at('05:03:00') })).toBeNull();
  });

  it('are both in one when it could not be told of before, and lasted', () => {
    expect(news({ endedAt: at('05:05:00') })).toBe('both');
    expect(news({ endedAt: at('05:04:59') })).toBeNull();
  });

  it('are none when they are a day old', () => {
    expect(news({ endedAt: at('05:30:00') }, new Date('2026-05-09T05:30:01Z'))).toBeNull();
  });
});
