import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import type { Queue } from '../queue/queue.ts';
import { lookAtRelay, type RelayLook } from '../relay/look-at-relay.ts';
import { heloNameOf } from '../relay/relay.ts';
import { createReadiness, type Readiness } from '../services/support/readiness.ts';

/** How long a relay may take to let us in, in ms: less than `/readyz` waits for any part. */
const RELAY_TIMEOUT_MS = 2500;

/** Knows whether the parts work; what changes is written into the log. */
export function openReadiness({
  config,
  database,
  queue,
  logger,
}: {
  config: Config;
  database: Database;
  queue: Queue;
  logger: Logger;
}): Readiness {
  const { smtpUrls, redisUrl } = config;
  return createReadiness({
    database,
    queue,
    isQueueInPostgres: redisUrl === null,
    lookAtRelays: smtpUrls.length === 0 ? null : () => lookAtRelays(smtpUrls, RELAY_TIMEOUT_MS),
    onChange: (part, { word, sentence }, err) =>
      word === 'ok'
        ? logger.info({ part }, sentence)
        : logger.warn({ part, err, cause: causeOf(err) }, sentence),
    elapsedMs: () => performance.now(),
  });
}

/** How each relay receives us, side by side. */
export function lookAtRelays(urls: readonly string[], timeoutMs: number): Promise<RelayLook[]> {
  const heloName = heloNameOf(hostname());
  return Promise.all(urls.map((url) => lookAtRelay(url, { heloName, timeoutMs })));
}

function causeOf(error: unknown): string | undefined {
  const { cause } = Object(error) as { cause?: unknown };
  return typeof cause === 'string' ? cause : undefined;
}
