import { listOpenIncidents } from '../../db/alerts/alerts.ts';
import type { Db } from '../../db/client.ts';
import { countLiveWorkers } from '../../db/deliveries/leases.ts';
import { findLatestDigest } from '../../db/digests/digests.ts';
import { type Backlog, findBacklogs, listSourceStates } from '../../db/monitoring/status.ts';
import type { Incident } from '../../domain/alerts/alert.ts';
import { DIGEST_KINDS, type DigestKind } from '../../domain/digests/digest.ts';
import { nextComposeAt } from '../../domain/digests/next-compose.ts';
import type { SourceState } from '../../domain/sources/source-history.ts';
import type { TimeOfDay } from '../../domain/time/schedule.ts';
import { type DigestStatus, readDigestStatus } from '../digests/digest-status.ts';

/** The state of an installation. */
export interface InstallationStatus {
  now: Date;
  sources: SourceState[];
  nextCompose: Record<DigestKind, Date>;
  /** The newest digest of each kind that has one. */
  digests: DigestStatus[];
  waiting: { deliveries: Backlog; transactional: Backlog };
  workers: number;
  /** Open incidents, the oldest first. */
  alerts: Incident[];
}

interface StatusOptions {
  now: Date;
  composeAt: TimeOfDay;
  /** The configured sources, whether or not they were ever fetched. */
  sourceNames: readonly string[];
}

/** Reads the state of an installation at `now`. */
export async function readStatus(
  db: Db,
  { now, composeAt, sourceNames }: StatusOptions,
): Promise<InstallationStatus> {
  const known = await listSourceStates(db);
  // A source that is only fetched by hand has no next fetch.
  const states = known.map((source) =>
    sourceNames.includes(source.name) ? source : { ...source, nextAt: null },
  );
  const unfetched = sourceNames.filter((name) => !known.some((source) => source.name === name));
  const digests: DigestStatus[] = [];
  for (const kind of DIGEST_KINDS) {
    const digest = await findLatestDigest(db, kind);
    if (digest) digests.push(await readDigestStatus(db, digest, now));
  }
  return {
    now,
    sources: [...states, ...unfetched.map(createUnfetchedSource)],
    nextCompose: {
      daily: nextComposeAt('daily', composeAt, now),
      weekly: nextComposeAt('weekly', composeAt, now),
    },
    digests,
    waiting: await findBacklogs(db, now),
    workers: await countLiveWorkers(db),
    alerts: await listOpenIncidents(db),
  };
}

function createUnfetchedSource(name: string): SourceState {
  const never = {
    lastFetch: null,
    succeededAt: null,
    lastNewPaperAt: null,
    newestListDay: null,
    nextAt: null,
  };
  return { name, ...never, consecutiveFailures: 0 };
}
