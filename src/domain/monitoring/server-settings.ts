import { type CheckResult, reportWarning } from './check-result.ts';

/** Settings of a PostgreSQL server without which a crash or a failover forgets what was sent, and
 *  the size of its lock table. */
export interface ServerSettings {
  /** `fsync` */
  syncsCommits: boolean;
  /** `full_page_writes` */
  writesFullPages: boolean;
  /** Connected standbys. */
  standbys: number;
  /** Whether `synchronous_standby_names` is set. */
  waitsForStandby: boolean;
  /** Locks that all sessions together may hold. */
  locks: number;
  /** Partitions of `deliveries`, one for each digest that is kept. */
  deliveryTables: number;
}

/** Locks of a dump for one digest: its table, and two indexes. */
const LOCKS_PER_DIGEST = 3;

/** A dump may run beside everything else, which needs as many again. */
const MIN_LOCK_FACTOR = 4;

/** Warns of settings with which a crash or a failover loses commits, or locks run out. */
export function assessServerSettings(settings: ServerSettings): CheckResult[] {
  const { syncsCommits, writesFullPages, standbys, waitsForStandby } = settings;
  const { locks, deliveryTables } = settings;
  const warn = (message: string, remedy: string) => reportWarning('database', message, remedy);
  const neededLocks = MIN_LOCK_FACTOR * LOCKS_PER_DIGEST * deliveryTables;
  return [
    ...(syncsCommits
      ? []
      : [
          warn(
            'PostgreSQL runs with fsync = off: after a crash it forgets what was sent, and may lose the database.',
            'Set fsync = on in postgresql.conf.',
          ),
        ]),
    ...(writesFullPages
      ? []
      : [
          warn(
            'PostgreSQL runs with full_page_writes = off: a power failure can damage the database.',
            'Set full_page_writes = on in postgresql.conf, unless the file system writes pages atomically.',
          ),
        ]),
    ...(standbys === 0 || waitsForStandby
      ? []
      : [
          warn(
            `PostgreSQL has ${standbys === 1 ? 'a standby, and commits do not wait for it' : `${standbys} standbys, and commits wait for none`}: a failover forgets the last deliveries and pauses their digests.`,
            'If you fail over to a standby, name it in synchronous_standby_names.',
          ),
        ]),
    ...(locks >= neededLocks
      ? []
      : [
          warn(
            `PostgreSQL has room for ${locks} locks, and ${deliveryTables} digests are kept: a backup may use them up.`,
            'Set max_locks_per_transaction = 256 in postgresql.conf, or lower DELIVERIES_KEPT_DAYS.',
          ),
        ]),
  ];
}
