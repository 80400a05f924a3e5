import type { Db } from '../db/client.ts';
import { latestDigest } from '../db/digests.ts';
import {
  countWorkers,
  findWaiting,
  listOpenAlarms,
  listSourceStates,
  type OpenAlarm,
  type SourceState,
  type Waiting,
} from '../db/status.ts';
import { DIGEST_KINDS, type DigestKind } from '../domain/digest.ts';
import { nextComposeAt } from '../domain/next-compose.ts';
import type { TimeOfDay } from '../domain/schedule.ts';
import { type DigestStatus, digestStatus } from './support/digest-status.ts';

/** How an installation is. */
export interface Status {
  now: Date;
  sources: SourceState[];
  nextCompose: Record<DigestKind, Date>;
  /** The accounting of the newest digest of each kind that has one. */
  digests: DigestStatus[];
  waiting: { deliveries: Waiting; letters: Waiting };
  workers: number;
  alarms: OpenAlarm[];
}

export interface StatusOptions {
  now: Date;
  composeAt: TimeOfDay;
  /** Sources that are set, also when they were never asked. */
  sourceNames: readonly string[];
}

/** Everything that tells how an installation is at `now`. */
export async function readStatus(
  db: Db,
  { now, composeAt, sourceNames }: StatusOptions,
): Promise<Status> {
  const known = await listSourceStates(db);
  const unasked = sourceNames.filter((name) => !known.some((source) => source.name === name));
  const digests: DigestStatus[] = [];
  for (const kind of DIGEST_KINDS) {
    const digest = await latestDigest(db, kind);
    if (digest) digests.push(await digestStatus(db, digest, now));
  }
  return {
    now,
    sources: [...known, ...unasked.map(neverAsked)],
    nextCompose: {
      daily: nextComposeAt('daily', composeAt, now),
      weekly: nextComposeAt('weekly', composeAt, now),
    },
    digests,
    waiting: await findWaiting(db, now),
    workers: await countWorkers(db),
    alarms: await listOpenAlarms(db),
  };
}

function neverAsked(name: string): SourceState {
  const never = { last: null, succeededAt: null, broughtAt: null, broughtDay: null, nextAt: null };
  return { name, ...never, failures: 0 };
}
