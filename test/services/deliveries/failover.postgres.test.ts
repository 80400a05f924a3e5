import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { listOpenIncidents } from '../../../src/db/alerts/alerts.ts';
import { openServerDatabase } from '../../../src/db/client.ts';
import { countDeliveries } from '../../../src/db/deliveries/count-deliveries.ts';
import { findDigestById } from '../../../src/db/digests/digests.ts';
import { migrate } from '../../../src/db/migrate.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { resumeDigest } from '../../../src/services/digests/resume-digest.ts';
import { loadConfig } from '../../../src/settings/config.ts';
import { openApp } from '../../../src/wiring/app.ts';
import { startPostgres } from '../../servers/postgres.ts';
import { createTestClock } from '../../support/clock.ts';
import { executeOnServer } from '../../support/database-server.ts';
import { openHalfOpenProxy } from '../../support/half-open-proxy.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { openTestSmtpServer } from '../../support/smtp-server.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const closers: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const opened = <Part>(part: Part, close: () => Promise<void>): Part => {
  closers.push(close);
  return part;
};

/** A digest for four readers at 07:00 and four at 08:00, on a primary. */
async function openPrimary() {
  const primary = await startPostgres();
  opened(primary, primary.stop);
  const proxy = await openHalfOpenProxy(primary.url);
  opened(proxy, proxy.close);
  const sink = await openTestSmtpServer();
  opened(sink, sink.close);
  const clock = createTestClock('2026-05-08T05:30:00Z');
  const database = openServerDatabase(primary.url, { connections: 2 });
  await migrate(database, { queueInPostgres: true });
  await storePapers(database.db, [buildPaper({ usableOn: '2026-05-08' })]);
  for (let n = 0; n < 8; n += 1)
    await storeSubscriber(database.db, { email: `r${n}@example.org`, hour: n < 4 ? 7 : 8 });
  const digest = { kind: 'daily', date: '2026-05-08', now: clock() } as const;
  const digestId = (await composeDigest(database.db, digest)).digest?.id ?? 0;
  await database.close();
  return { primary, proxy, sink, clock, digestId };
}

describe('The promotion of a standby that lagged', () => {
  it('The digest is paused with an alert, and what the standby has forgotten is unknown and never sent twice', async () => {
    const { primary, proxy, sink, clock, digestId } = await openPrimary();
    const standby = await startPostgres(undefined, { copyOf: primary.url, isStandby: true });
    opened(standby, standby.stop);
    const config = loadConfig({
      DATABASE_URL: proxy.url,
      DATA_DIR: folder(),
      SMTP_URL: sink.url,
      POSTAL_ADDRESS: '1 Paper Street',
      SECRET_KEY: 'k'.repeat(32),
      SUPPRESSION_KEY: 's'.repeat(32),
      SOURCES: 'none',
    });
    const logger = pino({ level: 'silent' });
    const app = await openApp(config, { clock, random: () => 0.5, logger, instanceId: 'test' });
    opened(app, app.close);
    await app.lease();
    const { db } = app;
    const states = async () => (await countDeliveries(db, digestId, clock())).states;

    const { rows } = await db.execute<{ lsn: string }>(
      sql`SELECT pg_current_wal_lsn()::text AS lsn`,
    );
    const copy = openServerDatabase(standby.url, { connections: 1 });
    opened(copy, copy.close);
    const ask = async (statement: string) => (await copy.pool.query(statement)).rows[0]?.value;
    await expect
      .poll(() => ask(`SELECT pg_last_wal_replay_lsn() >= '${rows[0]?.lsn}' AS value`))
      .toBe(true);
    await executeOnServer(standby.url, `ALTER SYSTEM SET primary_conninfo = ''`);
    await executeOnServer(standby.url, 'SELECT pg_reload_conf()');
    await expect.poll(() => ask('SELECT count(*)::int AS value FROM pg_stat_wal_receiver')).toBe(0);

    clock.set('2026-05-08T07:00:00Z');
    await app.handlers.batch({ digestId, batch: 0 });
    await expect.poll(states).toMatchObject({ sent: 4, pending: 4 });

    await executeOnServer(standby.url, 'SELECT pg_promote()');
    proxy.redirectTo(standby.url);
    await app.handlers.batch({ digestId, batch: 0 });
    await expect.poll(states).toMatchObject({ unknown: 4, pending: 4 });
    expect(await findDigestById(db, digestId)).toMatchObject({
      pauseReason: expect.stringContaining('failed over'),
    });
    await expect
      .poll(async () => (await listOpenIncidents(db)).map(({ kind, subject }) => [kind, subject]))
      .toEqual([['failover', 'daily 2026-05-08']]);

    clock.set('2026-05-08T08:00:00Z');
    const digest = await findDigestById(db, digestId);
    if (digest) await resumeDigest(app, digest);
    for (const batch of [0, 1]) await app.handlers.batch({ digestId, batch });
    await expect.poll(states).toMatchObject({ unknown: 4, sent: 4 });
    const recipients = sink.accepted.map(({ to }) => to);
    expect(new Set(recipients).size).toBe(8);
    expect(recipients).toHaveLength(8);
  });
});
