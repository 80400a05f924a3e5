import type { Db } from '../../db/client.ts';
import { findLatestDigest } from '../../db/digests/digests.ts';
import {
  type Backlog,
  countLiveWorkers,
  findBacklogs,
  listOpenAlerts,
  listSourceStates,
  type OpenAlert,
} from '../../db/monitoring/status.ts';
import { DIGEST_KINDS, type DigestKind } from '../../domain/digests/digest.ts';
import { nextComposeAt } from '../../domain/digests/next-compose.ts';
import type { SourceState } from '../../domain/sources/source-history.ts';
import type { TimeOfDay } from '../../domain/time/schedule.ts';
import { type DigestStatus, readDigestStatus } from '../digests/digest-status.ts';

/** How an installation is. */
export interface InstallationStatus {
  now: Date;
  sources: SourceState[];
  nextCompose: Record<DigestKind, Date>;
  /** The accounting of the newest digest of each kind that has one. */
  digests: DigestStatus[];
  waiting: { deliveries: Backlog; transactional: Backlog };
  workers: number;
  alerts: OpenAlert[];
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
): Promise<InstallationStatus> {
  const known = await listSourceStates(db);
  const unasked = sourceNames.filter((name) => !known.some((source) => source.name === name));
  const digests: DigestStatus[] = [];
  for (const kind of DIGEST_KINDS) {
    const digest = await findLatestDigest(db, kind);
    if (digest) digests.push(await readDigestStatus(db, digest, now));
  }
  return {
    now,
    sources: [...known, ...unasked.map(createUnaskedSource)],
    nextCompose: {
      daily: nextComposeAt('daily', composeAt, now),
      weekly: nextComposeAt('weekly', composeAt, now),
    },
    digests,
    waiting: await findBacklogs(db, now),
    workers: await countLiveWorkers(db),
    alerts: await listOpenAlerts(db),
  };
}

function createUnaskedSource(name: string): SourceState {
  const never = {
    lastFetch: null,
    succeededAt: null,
    lastNewPaperAt: null,
    newestListDay: null,
    nextAt: null,
  };
  return { name, ...never, consecutiveFailures: 0 };
}
