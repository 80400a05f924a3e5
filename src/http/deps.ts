import type { Logger } from 'pino';
import type { Database, Db } from '../db/client.ts';
import type { Links } from '../domain/links/links.ts';
import type { LinkTokens } from '../domain/links/tokens.ts';
import type { ClassifyNonWorkingDay } from '../domain/sources/working-days.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Queue } from '../queue/queue.ts';
import type { ReadinessProbe } from '../services/monitoring/readiness.ts';
import type { TermStatistics } from '../services/ranking/term-statistics.ts';
import type { SignUpDeps } from '../services/subscribers/sign-up.ts';
import type { Config } from '../settings/config.ts';
import type { Pages } from './pages/index.ts';

/** The dependencies of the routes. */
export interface HttpDeps {
  config: Config;
  version: string;
  database: Database;
  db: Db;
  queue: Queue;
  clock: Clock;
  logger: Logger;
  tokens: LinkTokens;
  links: Links;
  termStatistics: TermStatistics;
  suppressionKey: string;
  /** Whether papers of a library may be looked up at other sites. */
  allowsLookups: boolean;
  ownerKeys: SignUpDeps['ownerKeys'];
  inbox: Inbox | null;
  pages: Pages;
  limitSignup: SignUpDeps['limitSignup'];
  readiness: ReadinessProbe;
  /** The names in SOURCES. */
  sourceNames: readonly string[];
  /** For the configured sources. */
  classifyNonWorkingDay: ClassifyNonWorkingDay;
  metrics: Metrics;
  /**
   * The operator's token from the data folder, used without ADMIN_TOKEN; null when there is none.
   */
  storedAdminToken: string | null;
}
