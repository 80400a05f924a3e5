import { runPaperboyOk } from '../../../processes/support/paperboy.ts';
import { startPostgres } from '../../../servers/postgres.ts';
import { executeOnServer } from '../../../support/database-server.ts';
import { drainAndCheck, type ScenarioResult } from '../../environment/environment.ts';
import type { ServerEnvironment } from '../../environment/servers.ts';
import { waitUntil } from '../../environment/waits.ts';
import { addViolations, type Scenario, waitForAccepted } from '../scenario.ts';
import { checkNoCrash } from './postgres.ts';

const SUBSCRIBERS = 500;

/** Accepted messages before the standby is cut off, and from then until it is promoted. */
const BEFORE_LAG = 60;
const DURING_LAG = 120;

export const failover: Scenario = {
  name: 'failover',
  about:
    'a standby that lags is promoted while a digest is sent: the digest pauses with an alert, what the standby has forgotten is unknown, and after a resume the rest is sent, nothing twice',
  ownsPostgres: true,
  runsInBackground: true,
  servers: async (environment): Promise<ScenarioResult> => {
    const { sink, postgres } = environment;
    const standby = await startPostgres({}, { copyOf: postgres.url, isStandby: true });
    try {
      // So slow that on a busy machine too many are left when the standby is promoted.
      sink.setDelay(500);
      await environment.startDigest(SUBSCRIBERS);
      return await failOver(environment, standby);
    } finally {
      // They must not wait for a server that is gone.
      await Promise.all(environment.processes.map((supervised) => supervised.remove()));
      await environment.scheduler()?.remove();
      await standby.stop();
    }
  },
};

async function failOver(
  environment: ServerEnvironment,
  standby: { url: string },
): Promise<ScenarioResult> {
  const { sink, queries, processes, log } = environment;
  await waitForAccepted(environment, sink.accepted() + BEFORE_LAG);
  await stopReplication(environment, standby.url);
  log(`the standby lags from here on (${sink.accepted()} accepted)`);
  await waitForAccepted(environment, sink.accepted() + DURING_LAG);
  await executeOnServer(standby.url, 'SELECT pg_promote()');
  await environment.failOverTo(standby);
  for (const supervised of processes)
    environment.noteFault(await supervised.waitUntilRunning(), 'failed over');
  log(`the standby was promoted (${sink.accepted()} accepted)`);

  await waitUntil('the digest paused', async () =>
    (await queries.digests()).some(({ isPaused }) => isPaused),
  );
  await waitUntil('what was accepted is sent or unknown, and nothing is in flight', async () => {
    const audience = await queries.audience();
    const rows = await queries.deliveries();
    return rows.every(({ subscriberId, state }) => {
      if (state === 'sent' || state === 'unknown') return true;
      const wasAccepted = sink.acceptances.has(audience.get(subscriberId) ?? '');
      return !wasAccepted && state !== 'claimed' && state !== 'sending';
    });
  });
  await waitUntil('an alert was raised', async () =>
    (await queries.alertKinds()).includes('failover'),
  );
  const audience = await queries.audience();
  const unknown = (await queries.deliveries()).filter(({ state }) => state === 'unknown');
  const emails = new Set(unknown.map(({ subscriberId }) => audience.get(subscriberId) ?? ''));
  log(`${unknown.length} unknown when the digest paused (${sink.accepted()} accepted)`);

  sink.setDelay(0);
  await runPaperboyOk('digest resume', environment.commandEnvironment);
  const result = await drainAndCheck(environment, {
    // The new server knows nothing of their messages.
    allowsMailTo: (email) => emails.has(email),
  });
  const twice = [...sink.acceptances].filter(([, accepted]) => accepted.length > 1);
  return {
    ...addViolations(result, [
      twice.length === 0 ? null : `${twice.length} were mailed twice: ${twice.map(([to]) => to)}`,
      unknown.length > 0 ? null : 'nothing was forgotten: the scenario proved nothing',
      checkNoCrash(environment),
    ]),
    facts: { forgotten_by_standby: unknown.length },
  };
}

/** Waits until the standby has what is committed by now, and cuts it off from its primary. */
async function stopReplication({ database }: ServerEnvironment, standbyUrl: string): Promise<void> {
  const { rows } = await database.query('SELECT pg_current_wal_lsn() AS lsn');
  await waitUntil('the standby had replayed the digest', async () => {
    const replayed = 'SELECT FROM pg_stat_replication WHERE replay_lsn >= $1';
    return (await database.query(replayed, [rows[0]?.lsn])).rows.length > 0;
  });
  await executeOnServer(standbyUrl, `ALTER SYSTEM SET primary_conninfo = ''`);
  await executeOnServer(standbyUrl, 'SELECT pg_reload_conf()');
  await waitUntil('the standby was cut off', async () => {
    const { rows } = await database.query('SELECT FROM pg_stat_replication');
    return rows.length === 0;
  });
}
