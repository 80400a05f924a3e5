import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Database } from '../db/client.ts';
import { readDatabaseTime } from '../db/monitoring/status.ts';
import { createLinks, type Links } from '../domain/links/links.ts';
import { createLinkTokens, type LinkTokens } from '../domain/links/tokens.ts';
import {
  type ClassifyNonWorkingDay,
  createNonWorkingDayClassifier,
} from '../domain/sources/working-days.ts';
import type { Clock } from '../domain/time/clock.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import type { Queue } from '../queue/queue.ts';
import { type Alerts, createAlerts } from '../services/alerts/alerts.ts';
import { createAlertLogger } from '../services/alerts/log-alerts.ts';
import { abortableSleep } from '../services/deliveries/retry-transient.ts';
import {
  type ClockGuard,
  createClockGuard,
  trustClock,
} from '../services/monitoring/clock-guard.ts';
import type { Log } from '../services/monitoring/log.ts';
import { createTermStatistics, type TermStatistics } from '../services/ranking/term-statistics.ts';
import { createHostPermits } from '../services/sources/host-permits.ts';
import type { Config } from '../settings/config.ts';
import type { Keys } from '../settings/keys.ts';
import { readVersion } from '../version.ts';
import type { Closer } from './database.ts';
import type { QueryTimeoutsMs } from './query-timeouts.ts';
import { openConfiguredQueue } from './queue.ts';
import { createSourceRegistry, type SourceRegistry } from './sources.ts';
import { loadConfiguredKeys } from './storage.ts';

/** What the environment provides: passed in, so that tests can pass their own. */
export interface Runtime {
  clock: Clock;
  /** Whether `clock` is that of this machine, which must agree with the database's. Any other is
   *  trusted. @defaultValue false */
  isSystemClock?: boolean;
  /** 0 to 1. */
  random: () => number;
  logger: Logger;
  /** Names this process to others, such as `host:pid`. */
  instanceId: string;
}

/** What every process has, whatever its roles. */
export interface Core extends Runtime {
  config: Config;
  database: Database;
  clockGuard: ClockGuard;
  queue: Queue;
  log: Log;
  keys: Keys;
  /** Keys of the only addresses that may get email; null: anybody's may. */
  ownerKeys: ReadonlySet<string> | null;
  tokens: LinkTokens;
  links: Links;
  termStatistics: TermStatistics;
  sources: SourceRegistry;
  /** For the configured sources. */
  classifyNonWorkingDay: ClassifyNonWorkingDay;
  alerts: Alerts;
  metrics: Metrics;
  queryTimeoutsMs: QueryTimeoutsMs;
}

/** Opens the queue and loads or makes the keys; the rest is built from these.
 *  @throws PaperboyError `QUEUE_UNREACHABLE`, `QUEUE_EVICTS`, or what `loadKeys` throws. */
export async function openCore(
  config: Config,
  runtime: Runtime,
  opened: Pick<Core, 'database' | 'queryTimeoutsMs'> & { closers: Closer[] },
): Promise<Core> {
  const { database, closers, queryTimeoutsMs } = opened;
  const { clock, logger } = runtime;
  const dbWithTimeout = (timeoutMs: number) => database.withQueryTimeout(timeoutMs).db;
  const log: Log = (level, event, facts) => logger[level](facts, event);
  const keys = await loadConfiguredKeys(config, database.db);
  const onError = (err: Error) => log('warn', 'queue connection failed', { err });
  const queue = await openConfiguredQueue(config, database, { closers, onError });
  const acquireHostPermit = createHostPermits({
    db: dbWithTimeout(queryTimeoutsMs.heartbeat),
    sleep: abortableSleep,
  });
  const createAlertsDatedBy = (alertClock: Clock) =>
    createAlerts({
      db: dbWithTimeout(queryTimeoutsMs.sweep),
      clock: alertClock,
      ...createAlertLogger(log),
    });
  // An embedded database has the clock of its process.
  const isGuarded = runtime.isSystemClock === true && config.databaseUrl !== null;
  const clockGuard = isGuarded
    ? createClockGuard({
        clock,
        elapsedMs: () => performance.now(),
        readDatabaseTime: () => readDatabaseTime(dbWithTimeout(queryTimeoutsMs.heartbeat)),
        createAlerts: createAlertsDatedBy,
        log,
        machine: hostname(),
      })
    : trustClock(clock);
  const sources = createSourceRegistry(config, { clock, acquireHostPermit });
  return {
    ...runtime,
    config,
    database,
    clockGuard,
    queue,
    log,
    keys,
    ownerKeys: createOwnerKeys(config),
    tokens: createLinkTokens(keys.secretKeys),
    links: createLinks(config.publicUrl),
    termStatistics: createTermStatistics({ db: dbWithTimeout(queryTimeoutsMs.sending), clock }),
    sources,
    classifyNonWorkingDay: createNonWorkingDayClassifier(sources.configured),
    alerts: createAlertsDatedBy(clockGuard.databaseClock),
    metrics: createMetrics({ version: readVersion() }),
    queryTimeoutsMs,
  };
}

function createOwnerKeys({ ownerEmails }: Config): Core['ownerKeys'] {
  return ownerEmails.length === 0 ? null : new Set(ownerEmails.map((each) => each.toLowerCase()));
}
