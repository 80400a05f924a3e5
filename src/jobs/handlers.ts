import type { Db } from '../db/client.ts';
import type { Clock } from '../domain/clock.ts';
import { dueDigest, MAKE_UP_MS, SWEEP_MS } from '../domain/composing.ts';
import { DIGEST_KINDS, type DigestKind } from '../domain/digest.ts';
import type { Handlers } from '../queue/jobs.ts';
import type { Queue } from '../queue/queue.ts';
import { composeDigest } from '../services/compose-digest.ts';
import { type DeliverDeps, deliverBatch } from '../services/deliver-batch.ts';
import { type LetterDeps, sendLetter } from '../services/send-letter.ts';
import { ringAgain, ringDue, TICK_SECONDS } from '../services/support/ring-due.ts';
import { tidyUp } from '../services/tidy-up.ts';
import type { Lease } from './lease.ts';

/** Writes an event down. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, facts: object) => void;

export interface HandlerDeps {
  db: Db;
  /** For what may take minutes: composing, tidying up. */
  slowDb: Db;
  queue: Queue;
  clock: Clock;
  log: Log;
  composeAt: { hour: number; minute: number };
  deliveriesKeptDays: number;
  /** What sending needs; loaded when the first mail goes out. */
  mail: () => Promise<DeliverDeps & LetterDeps>;
  lease: () => Promise<Lease>;
}

/** One handler for each job: what happens when the bell rings. */
export function createHandlers({
  db,
  slowDb,
  queue,
  clock,
  log,
  composeAt,
  deliveriesKeptDays,
  mail,
  lease,
}: HandlerDeps): Handlers {
  const compose = async (kind: DigestKind, lateMs = MAKE_UP_MS[kind]) => {
    const now = clock();
    const due = dueDigest(kind, composeAt, now, lateMs);
    if (due === null) return;
    const { digest, isNew } = await composeDigest(slowDb, { ...due, now, onlyForReaders: true });
    if (digest === null || !isNew) return;
    const { papers, audience } = digest;
    log('info', 'digest composed', { kind, date: due.date, papers, audience });
  };
  return {
    compose: async ({ kind }) => {
      await compose(kind);
      await ringDue({ db, queue }, clock());
    },
    due: async () => {
      for (const kind of DIGEST_KINDS) await compose(kind, SWEEP_MS);
      const sweep = await ringDue({ db, queue }, clock());
      if (sweep.unknown > 0) log('warn', 'deliveries of a dead worker are unknown', sweep);
      else if (sweep.batches + sweep.letters + sweep.expired + sweep.skipped > 0)
        log('info', 'rang for what is due', sweep);
    },
    batch: async ({ digestId, batch }) => {
      const deps = await mail();
      const leaseId = await (await lease()).current();
      const { ended } = await deliverBatch(deps, { digestId, batch }, leaseId);
      const end = async () => {
        const { claimed, sent, left } = await ended;
        if (claimed > 0) log('info', 'batch sent', { digestId, batch, claimed, sent });
        if (left) await ringAgain(queue, left, clock());
      };
      end().catch((err) => log('error', 'a batch broke off', { digestId, batch, err }));
    },
    letter: async ({ letterId }) => sendLetter(await mail(), letterId),
    tidy: async () =>
      log('info', 'tidied up', await tidyUp(slowDb, clock(), { deliveriesKeptDays })),
  };
}

/** Has the queue ring for composing and for what is due, from now on. */
export async function startSchedules(
  queue: Queue,
  composeAt: { hour: number; minute: number },
): Promise<void> {
  const daily = `${composeAt.minute} ${composeAt.hour} * * *`;
  await queue.schedule('compose', { kind: 'daily' }, { cron: daily });
  await queue.schedule(
    'compose',
    { kind: 'weekly' },
    { cron: `${composeAt.minute} ${composeAt.hour} * * 1` },
  );
  await queue.schedule('due', {}, { everySeconds: TICK_SECONDS });
  await queue.schedule('tidy', {}, { cron: '10 3 * * *' });
  // A digest that came due while no scheduler ran is made up for.
  await queue.ring('compose', { kind: 'daily' }, 'compose-daily-at-start');
  await queue.ring('compose', { kind: 'weekly' }, 'compose-weekly-at-start');
}
