import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  claimAlertNotification,
  endAlert,
  listOpenIncidents,
  raiseAlert,
} from '../../../src/db/alerts/alerts.ts';
import type { Alert } from '../../../src/domain/alerts/alert.ts';
import { seedDayAt } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();
const FAILED: Alert = { kind: 'source-failed', subject: 'hf-daily', sentence: 'It said 503.' };

beforeEach(async () => {
  await database.db.execute(sql`TRUNCATE alerts RESTART IDENTITY`);
});

describe('raiseAlert', () => {
  it('An alert is one incident until it ends, whichever process raises it', async () => {
    const { db } = database;
    const raised = await Promise.all(
      [1, 2, 3].map(() => raiseAlert(db, FAILED, seedDayAt('05:00:00'))),
    );
    expect(raised.filter((isNew) => isNew)).toHaveLength(1);
    expect(
      await raiseAlert(db, { ...FAILED, sentence: 'It is down.' }, seedDayAt('06:00:00')),
    ).toBe(false);
    expect(await listOpenIncidents(db)).toMatchObject([
      {
        sentence: 'It is down.',
        raisedAt: seedDayAt('05:00:00'),
        seenAt: seedDayAt('06:00:00'),
        times: 4,
        endedAt: null,
      },
    ]);
  });

  it('An alert may quote any characters', async () => {
    await raiseAlert(database.db, { ...FAILED, sentence: 'It said \0.' }, seedDayAt('05:00:00'));
    expect(await listOpenIncidents(database.db)).toMatchObject([{ sentence: 'It said \ufffd.' }]);
  });

  it('An alert for another subject, or after the end, is another incident', async () => {
    const { db } = database;
    await raiseAlert(db, FAILED, seedDayAt('05:00:00'));
    expect(await raiseAlert(db, { ...FAILED, subject: 'arxiv:cs.CL' }, seedDayAt('05:00:00'))).toBe(
      true,
    );
    expect(await endAlert(db, FAILED, seedDayAt('06:00:00'))).toMatchObject({ id: 1 });
    expect(await endAlert(db, FAILED, seedDayAt('06:01:00'))).toBeNull();
    expect(await raiseAlert(db, FAILED, seedDayAt('07:00:00'))).toBe(true);
    expect((await listOpenIncidents(db)).map(({ subject }) => subject)).toEqual([
      'arxiv:cs.CL',
      'hf-daily',
    ]);
    expect(await listOpenIncidents(db, ['relay-down'])).toEqual([]);
  });

  it('An incident is claimed by one process at a time, and by the next when that one dies', async () => {
    const { db } = database;
    await raiseAlert(db, FAILED, seedDayAt('05:00:00'));
    const claims = await Promise.all(
      [1, 2, 3].map(() => claimAlertNotification(db, seedDayAt('05:01:00'), seedDayAt('05:03:00'))),
    );
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    expect(
      await claimAlertNotification(db, seedDayAt('05:02:59'), seedDayAt('05:05:00')),
    ).toBeNull();
    expect(
      await claimAlertNotification(db, seedDayAt('05:03:00'), seedDayAt('05:05:00')),
    ).toMatchObject({ id: 1 });
  });
});
