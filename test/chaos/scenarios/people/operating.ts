import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unsubscribeOneClick } from '../../../processes/support/http.ts';
import { runPaperboyOk } from '../../../processes/support/paperboy.ts';
import { drainAndCheck, type ScenarioResult } from '../../environment/environment.ts';
import type { ServerEnvironment } from '../../environment/servers.ts';
import { openReaderSite, type ReaderSite } from '../../environment/site.ts';
import { createTimeoutError, waitUntil } from '../../environment/waits.ts';
import { RETRY_TIMEOUT_MS } from '../../settings.ts';
import { addViolations, type Scenario, waitForAccepted } from '../scenario.ts';

const SUBSCRIBERS = 800;
const IMPORTED = 30;

/** How long the relay takes for a mail between two operations, and during one, which may take a
 *  busy machine half a minute: mails must be left for all of them. */
const DELAY_MS = 80;
const SLOW_DELAY_MS = 2500;

/** One subscriber in this many unsubscribes, and another one changes their hour. */
const READER_INTERVAL = 15;

export const operating: Scenario = {
  name: 'operating',
  about:
    'workers are killed while an operator pauses, resumes, imports and resends, and readers unsubscribe and change their hour: each gets what they should, and a pause holds',
  // The waits for several leases, one after the other, are too long for the short form.
  quickDeployments: [],
  runsInBackground: true,
  servers: async (environment, { isLong }): Promise<ScenarioResult> => {
    const { sink, processes, random } = environment;
    const site = await openReaderSite(environment);
    sink.setDelay(DELAY_MS);
    await environment.startDigest(SUBSCRIBERS);
    const leaving = new Set<number>();
    const operations = [
      () => pauseAndResume(environment),
      () => importSubscribers(environment),
      () => changeReaders(environment, site, leaving),
      () => resendUnknown(environment),
    ];
    let pauseProblem: string | null = null;
    for (const [n, operate] of shuffle(environment, operations).entries()) {
      await waitForMore(environment, random.between(20, 60));
      sink.setDelay(SLOW_DELAY_MS);
      processes[n % processes.length]?.kill();
      pauseProblem = (await operate()) ?? pauseProblem;
      sink.setDelay(DELAY_MS);
    }
    await waitUntil(
      'the deliveries of the killed workers were released',
      async () => (await environment.countOpen({ withDeferred: false })) === 0,
      { progress: () => sink.accepted() },
    );
    await resendUnknown(environment);
    const audience = await environment.queries.audience();
    const leavingEmails = new Set([...leaving].map((id) => audience.get(id) ?? ''));
    // A retry comes after minutes, for which only the long form waits.
    const allows = isLong ? [] : (['deferred'] as const);
    const result = await drainAndCheck(environment, {
      ...(isLong ? { timeoutMs: RETRY_TIMEOUT_MS } : { keepsDeferred: true }),
      expect: ({ subscriberId }) => ({
        allows: leaving.has(subscriberId) ? [...allows, 'skipped'] : allows,
        mayDiffer: hasChangedHour(subscriberId),
      }),
      // They are told that they have left.
      allowsMailTo: (email) => leavingEmails.has(email),
    });
    return addViolations(result, [
      pauseProblem,
      leaving.size > 0 ? null : 'nobody unsubscribed: the scenario proved nothing',
    ]);
  },
};

/** Waits until some more mails were accepted. @throws Error, see `isTimeoutError`, when all
 *  deliveries have ended before: the operations took too long. */
async function waitForMore(environment: ServerEnvironment, count: number): Promise<void> {
  const { sink } = environment;
  const next = sink.accepted() + count;
  const hasEnded = async () => (await environment.countOpen()) === 0;
  await waitUntil(
    `${next} messages were accepted`,
    async () => sink.accepted() >= next || (await hasEnded()),
    { progress: () => sink.accepted() },
  );
  if (await hasEnded())
    throw createTimeoutError('The digest was sent before the operator had done everything.');
}

const hasChangedHour = (subscriberId: number) => subscriberId % READER_INTERVAL === 1;

/** @returns what is wrong: during the pause nothing may be begun. */
async function pauseAndResume(environment: ServerEnvironment): Promise<string | null> {
  const { commandEnvironment, queries, log } = environment;
  await runPaperboyOk('digest pause', commandEnvironment);
  const pausedAt = Date.now();
  const isQuiet = async () => (await queries.countLiveSending()) === 0;
  await waitUntil('the mails in flight ended', isQuiet);
  const begun = (await queries.changes()).filter(({ to, at }) => to === 'sending' && at > pausedAt);
  log('paused and resumed');
  await runPaperboyOk('digest resume', commandEnvironment);
  return begun.length === 0 ? null : `${begun.length} mails were begun after the pause`;
}

async function importSubscribers({ commandEnvironment, log }: ServerEnvironment): Promise<null> {
  const rows = Array.from({ length: IMPORTED }, (_, n) => `imported${n}@example.org`);
  await writeFile(join(commandEnvironment.cwd, 'more.csv'), `email\n${rows.join('\n')}\n`);
  await runPaperboyOk('subscribers import more.csv', commandEnvironment);
  log(`${IMPORTED} subscribers imported`);
  return null;
}

async function changeReaders(
  { queries, log }: ServerEnvironment,
  site: ReaderSite,
  leaving: Set<number>,
): Promise<null> {
  for (const id of [...(await queries.audience()).keys()]) {
    if (id % READER_INTERVAL === 0) {
      leaving.add(id);
      const status = await unsubscribeOneClick(site.url, site.tokenOf(id));
      if (status !== 200) throw new Error(`Unsubscribing returned the status ${status}.`);
    } else if (hasChangedHour(id)) {
      const status = await site.changeHour(id, id % 24);
      if (status !== 200) throw new Error(`Changing the hour returned the status ${status}.`);
    }
  }
  log(`${leaving.size} unsubscribed, as many changed their hour`);
  return null;
}

/** Resends what is unknown, while the rest is being sent. */
async function resendUnknown({ commandEnvironment, log }: ServerEnvironment): Promise<null> {
  await runPaperboyOk('deliveries resend --state unknown', commandEnvironment);
  log('unknown deliveries resent');
  return null;
}

function shuffle<Value>({ random }: ServerEnvironment, values: readonly Value[]): Value[] {
  const left = [...values];
  const shuffled: Value[] = [];
  while (left.length > 0) shuffled.push(...left.splice(random.between(0, left.length - 1), 1));
  return shuffled;
}

export const cancelling: Scenario = {
  name: 'cancelling',
  about:
    'a digest is cancelled just after a worker was killed: what was not begun is skipped, also what the dead worker held',
  runsInBackground: true,
  servers: async (environment): Promise<ScenarioResult> => {
    environment.sink.setDelay(80);
    await environment.startDigest(300);
    await waitForAccepted(environment, environment.random.between(30, 100));
    environment.processes[0]?.kill();
    await runPaperboyOk('digest cancel', environment.commandEnvironment);
    const cancelledAt = Date.now();
    environment.log(`cancelled (${environment.sink.accepted()} accepted)`);
    const result = await drainAndCheck(environment, { expect: () => ({ allows: ['skipped'] }) });
    const late = (await environment.queries.changes()).filter(
      ({ to, at }) => to === 'sending' && at > cancelledAt,
    );
    return addViolations(result, [
      late.length === 0 ? null : `${late.length} mails were begun after the digest was cancelled`,
    ]);
  },
};
