import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { claimNews, endAlarm, listAlarms, raiseAlarm } from '../../src/db/alarms.ts';
import type { Alarm } from '../../src/domain/alarm.ts';
import { at } from '../support/clock.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();
const FAILED: Alarm = { kind: 'source-failed', subject: 'hf-daily', sentence: 'It said 503.' };

beforeEach(async () => {
  await database.db.execute(sql`TRUNCATE alarms RESTART IDENTITY`);
});

describe('An alarm', () => {
  it('is one incident as long as its trouble lasts, whoever finds it', async () => {
    const { db } = database;
    const raised = await Promise.all([1, 2, 3].map(() => raiseAlarm(db, FAILED, at('05:00:00'))));
    expect(raised.filter((isNew) => isNew)).toHaveLength(1);
    expect(await raiseAlarm(db, { ...FAILED, sentence: 'It is away.' }, at('06:00:00'))).toBe(
      false,
    );
    expect(await listAlarms(db)).toMatchObject([
      {
        sentence: 'It is away.',
        raisedAt: at('05:00:00'),
        seenAt: at('06:00:00'),
        times: 4,
        endedAt: null,
      },
    ]);
  });

  it('is kept whatever it quotes', async () => {
    await raiseAlarm(database.db, { ...FAILED, sentence: 'It said \0.' }, at('05:00:00'));
    expect(await listAlarms(database.db)).toMatchObject([{ sentence: 'It said \ufffd.' }]);
  });

  it('is another one for another subject, and after it ended', async () => {
    const { db } = database;
    await raiseAlarm(db, FAILED, at('05:00:00'));
    expect(await raiseAlarm(db, { ...FAILED, subject: 'arxiv:cs.CL' }, at('05:00:00'))).toBe(true);
    expect(await endAlarm(db, FAILED, at('06:00:00'))).toMatchObject({ id: 1 });
    expect(await endAlarm(db, FAILED, at('06:01:00'))).toBeNull();
    expect(await raiseAlarm(db, FAILED, at('07:00:00'))).toBe(true);
    expect((await listAlarms(db)).map(({ subject }) => subject)).toEqual([
      'arxiv:cs.CL',
      'hf-daily',
    ]);
    expect(await listAlarms(db, ['relay-down'])).toEqual([]);
  });

  it('is given to one process at a time to be told, and to the next when that one died', async () => {
    const { db } = database;
    await raiseAlarm(db, FAILED, at('05:00:00'));
    const claims = await Promise.all(
      [1, 2, 3].map(() => claimNews(db, at('05:01:00'), at('05:03:00'))),
    );
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    expect(await claimNews(db, at('05:02:59'), at('05:05:00'))).toBeNull();
    expect(await claimNews(db, at('05:03:00'), at('05:05:00'))).toMatchObject({ id: 1 });
  });
});
