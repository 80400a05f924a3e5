import { hostname } from 'node:os';
import { probeRelay, type RelayProbeResult } from '../relay/probe-relay.ts';
import { chooseHeloName } from '../relay/relay.ts';
import { createReadinessProbe, type ReadinessProbe } from '../services/monitoring/readiness.ts';
import type { Core } from './core.ts';

/** How long a relay may take to accept the session, in ms: less than `/readyz` waits for any
 *  part. */
const RELAY_TIMEOUT_MS = 2500;

/** Opens the probe that says whether the parts work. Changes are logged. */
export function openReadinessProbe(
  core: Pick<Core, 'config' | 'database' | 'queue' | 'logger'>,
): ReadinessProbe {
  const { database, queue, logger } = core;
  const { smtpUrls, redisUrl } = core.config;
  return createReadinessProbe({
    database,
    queue,
    isQueueInPostgres: redisUrl === null,
    probeRelays: smtpUrls.length === 0 ? null : () => probeRelays(smtpUrls, RELAY_TIMEOUT_MS),
    onChange: (check, { status, sentence }, err) =>
      status === 'ok'
        ? logger.info({ check }, sentence)
        : logger.warn({ check, err, cause: causeOf(err) }, sentence),
    elapsedMs: () => performance.now(),
  });
}

/** Probes the relays at the same time. */
export function probeRelays(
  urls: readonly string[],
  timeoutMs: number,
): Promise<RelayProbeResult[]> {
  const heloName = chooseHeloName(hostname());
  return Promise.all(urls.map((url) => probeRelay(url, { heloName, timeoutMs })));
}

function causeOf(error: unknown): string | undefined {
  const { cause } = Object(error) as { cause?: unknown };
  return typeof cause === 'string' ? cause : undefined;
}
