import { describe, expect, it } from 'vitest';
import { decideNotification, type Incident } from '../../../src/domain/alerts/alert.ts';
import { seedDayAt } from '../../support/clock.ts';

const incident = (changes: Partial<Incident> = {}): Incident => ({
  id: 1,
  kind: 'source-failed',
  subject: 'hf-daily',
  sentence: 'It cannot be reached.',
  raisedAt: seedDayAt('05:00:00'),
  seenAt: seedDayAt('05:00:00'),
  times: 1,
  endedAt: null,
  mailedAt: null,
  endMailedAt: null,
  ...changes,
});
const news = (changes: Partial<Incident>, now = seedDayAt('06:00:00')) =>
  decideNotification(incident(changes), now);

describe('decideNotification', () => {
  it('The beginning of an incident is reported once', () => {
    expect(news({})).toBe('began');
    expect(
      news({ mailedAt: seedDayAt('05:01:00'), times: 60, seenAt: seedDayAt('06:00:00') }),
    ).toBeNull();
  });

  it('The end of a reported incident is reported once', () => {
    const over = { mailedAt: seedDayAt('05:01:00'), endedAt: seedDayAt('05:02:00') };
    expect(news(over)).toBe('over');
    expect(news({ ...over, endMailedAt: seedDayAt('05:03:00') })).toBeNull();
  });

  it('The beginning and end are reported together when the beginning was not reported before', () => {
    expect(news({ endedAt: seedDayAt('05:05:00') })).toBe('both');
    expect(news({ endedAt: seedDayAt('05:04:59') })).toBeNull();
  });

  it('An incident that ended a day ago is not reported', () => {
    expect(news({ endedAt: seedDayAt('05:30:00') }, new Date('2026-05-09T05:30:01Z'))).toBeNull();
  });
});
