import { Redis } from 'ioredis';
import { signUp } from '../../../processes/support/http.ts';
import { pause } from '../../../processes/support/paperboy.ts';
import { type Counts, findWorstStall } from '../../check-invariants.ts';
import type { ScenarioResult } from '../../environment/environment.ts';
import type { ServerEnvironment } from '../../environment/servers.ts';
import { openReaderSite } from '../../environment/site.ts';
import type { SupervisedProcess } from '../../environment/supervised-process.ts';
import { waitUntil } from '../../environment/waits.ts';
import type { SmtpTransaction } from '../../smtp/transactions.ts';
import type { Scenario } from '../scenario.ts';

const ROUNDS = { short: 4, long: 20 };
const SIGN_UPS_PER_ROUND = 15;

/** A kill of the worker that sends to one listener. */
interface WorkerKill {
  listenerIndex: number;
  at: number;
}

/** The relay also takes what a worker had written when it was killed: so much later, in ms. */
const ACCEPT_LAG_MS = 3000;

export const transactional: Scenario = {
  name: 'transactional',
  about:
    'people sign up while workers are killed and Redis is wiped: each gets the confirmation, a second copy of the same bytes only if the worker died before it recorded the first',
  runsInBackground: true,
  servers: async (environment, { isLong }): Promise<ScenarioResult> => {
    const { sink, redis, processes, queries, random } = environment;
    if (!redis) throw new Error('This scenario needs Redis.');
    const site = await openReaderSite(environment);
    const scheduler = await environment.open(['start', 'scheduler']);
    await scheduler.waitUntilRunning();
    sink.setDelay(150);
    const emails: string[] = [];
    const kills: WorkerKill[] = [];
    const killWorker = (worker: SupervisedProcess | undefined) => {
      if (worker?.kill()) kills.push({ listenerIndex: worker.listenerIndex, at: Date.now() });
    };
    const rounds = isLong ? ROUNDS.long : ROUNDS.short;
    for (let round = 0; round < rounds; round += 1) {
      for (let n = 0; n < SIGN_UPS_PER_ROUND; n += 1) {
        const email = `person${emails.length}@example.org`;
        const status = await signUp(site.url, email);
        if (status !== 202) throw new Error(`Signing up returned the status ${status}.`);
        emails.push(email);
      }
      await pause(random.between(0, 200));
      if (round % 2 === 0) killWorker(processes[(round / 2) % processes.length]);
      else await wipe(redis.url);
    }
    await redis.crash();
    environment.log(`${emails.length} signed up (${sink.accepted()} accepted)`);
    sink.setDelay(0);
    await waitUntil(
      'every confirmation ended',
      async () => (await queries.countTransactional('pending')) === 0,
      { progress: () => sink.accepted(), timeoutMs: 240_000 },
    );
    return checkConfirmations(environment, emails, kills);
  },
};

/** Whether the worker that sent a copy died before the next one was begun, so that it may not have
 *  recorded the first. */
function hasDiedBetween(
  kills: readonly WorkerKill[],
  { listenerIndex, acceptedAt }: SmtpTransaction,
  next: SmtpTransaction,
): boolean {
  return kills.some(
    (kill) =>
      kill.listenerIndex === listenerIndex &&
      kill.at >= (acceptedAt ?? 0) - ACCEPT_LAG_MS &&
      kill.at <= next.at,
  );
}

async function wipe(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}

async function checkConfirmations(
  { sink, queries, log }: ServerEnvironment,
  emails: readonly string[],
  kills: readonly WorkerKill[],
): Promise<ScenarioResult> {
  const of = (email: string) => sink.acceptances.get(email) ?? [];
  const lost = emails.filter((email) => of(email).length === 0);
  const needless = emails.filter((email) =>
    of(email).some((copy, n) => {
      const next = of(email)[n + 1];
      return next !== undefined && !hasDiedBetween(kills, copy, next);
    }),
  );
  const different = emails.filter((email) => new Set(of(email).map(({ hash }) => hash)).size > 1);
  const others = [...sink.acceptances.keys()].filter((email) => !emails.includes(email));
  const unsent = emails.length - (await queries.countTransactional('sent'));
  const twice = emails.filter((email) => of(email).length > 1).length;
  log(`${twice} got a second copy of their confirmation`);
  const violations = [
    ...(lost.length === 0 ? [] : [`${lost.length} got no confirmation: ${lost.slice(0, 10)}`]),
    ...(needless.length === 0
      ? []
      : [`${needless.length} got a second confirmation needlessly: ${needless.slice(0, 10)}`]),
    ...(different.length === 0
      ? []
      : [`${different.length} got copies that differ: ${different.slice(0, 10)}`]),
    ...(others.length === 0 ? [] : [`mailed without a sign-up: ${others.slice(0, 10)}`]),
    ...(unsent === 0 ? [] : [`${unsent} confirmations are not recorded as sent`]),
  ];
  const counts: Counts = {
    ...{ deliveries: emails.length, accepted: sink.accepted(), lost: lost.length },
    ...{ accepted_twice: needless.length, kills: kills.length },
    ...{ unknown: 0, unknown_unseen: 0, unknown_needless: 0 },
    ...{ worst_unknown_per_process: 0, most_sending: 0 },
    worst_stall_s: findWorstStall(sink.transactions),
  };
  return { counts, violations, facts: { confirmed_twice: twice } };
}
