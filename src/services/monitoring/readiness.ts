import { READINESS_COPY } from '../../copy/en/readiness.ts';
import { isWritable } from '../../db/check-server.ts';
import type { Database } from '../../db/client.ts';
import { isMigrated, isQueueMigrated } from '../../db/migrate.ts';
import type { Queue } from '../../queue/queue.ts';
import { withTimeout } from '../../queue/with-timeout.ts';
import type { RelayProbeResult } from '../../relay/probe-relay.ts';

/** What must work for digests to be composed and sent. */
export const READINESS_CHECKS = ['database', 'migrations', 'queue', 'relay'] as const;
export type ReadinessCheck = (typeof READINESS_CHECKS)[number];

/** The sentence is public: it names no host and no setting's value. */
interface ReadinessCheckResult {
  status: 'ok' | 'failed';
  sentence: string;
}

export type ReadinessReport = Record<ReadinessCheck, ReadinessCheckResult>;

/** Checks every part on each call; relays are probed less often. */
export interface ReadinessProbe {
  check(): Promise<ReadinessReport>;
}

export interface ReadinessDeps {
  database: Database;
  queue: Pick<Queue, 'check'>;
  isQueueInPostgres: boolean;
  /** Probes each relay; null when mail is caught in the local inbox. */
  probeRelays: (() => Promise<readonly RelayProbeResult[]>) | null;
  /** Called with each check whose status has changed. */
  onChange: (check: ReadinessCheck, state: ReadinessCheckResult, error: unknown) => void;
  /** A monotonic clock, in ms. */
  elapsedMs: () => number;
  /** How long a part may take to answer. @defaultValue 3000 */
  answerTimeoutMs?: number;
}

/** A part that hangs is as bad as one that fails. */
const ANSWER_TIMEOUT_MS = 3000;

/** How long the result of a relay's probe is reused, in ms: relays are other people's servers. */
const RELAY_CACHE_TTL_MS = { ok: 30_000, failed: 10_000 } satisfies Record<
  ReadinessCheckResult['status'],
  number
>;

/** Checks the parts independently: one that fails does not hide another. */
export function createReadinessProbe(deps: ReadinessDeps): ReadinessProbe {
  const { database, queue, elapsedMs, answerTimeoutMs = ANSWER_TIMEOUT_MS } = deps;
  const databaseWithTimeout = { ...database, ...database.withQueryTimeout(answerTimeoutMs) };
  const statuses = new Map<ReadinessCheck, ReadinessCheckResult['status']>();
  let running: Promise<ReadinessReport> | null = null;
  let cachedRelay: { state: ReadinessCheckResult; until: number } | null = null;

  const checks: Record<ReadinessCheck, () => Promise<string>> = {
    database: async () => {
      if (await isWritable(databaseWithTimeout.db)) return READINESS_COPY.database.ok;
      throw new NotReadyError(READINESS_COPY.database.readOnly);
    },
    migrations: async () => {
      const isQueueReady = !deps.isQueueInPostgres || (await isQueueMigrated(databaseWithTimeout));
      if (isQueueReady && (await isMigrated(databaseWithTimeout)))
        return READINESS_COPY.migrations.ok;
      throw new NotReadyError(READINESS_COPY.migrations.outdated);
    },
    queue: async () => {
      await queue.check();
      return READINESS_COPY.queue.ok;
    },
    relay: async () => describeRelays(deps.probeRelays && (await deps.probeRelays())),
  };

  const runCheck = async (check: ReadinessCheck): Promise<ReadinessCheckResult> => {
    const [state, error] = await withTimeout(answerTimeoutMs, checks[check]()).then(
      (sentence): [ReadinessCheckResult, unknown] => [{ status: 'ok', sentence }, null],
      (cause): [ReadinessCheckResult, unknown] => [
        { status: 'failed', sentence: describeFailure(check, cause) },
        cause,
      ],
    );
    if (statuses.get(check) !== state.status && (statuses.has(check) || state.status !== 'ok'))
      deps.onChange(check, state, error);
    statuses.set(check, state.status);
    return state;
  };

  const checkRelayCached = async (): Promise<ReadinessCheckResult> => {
    if (cachedRelay && elapsedMs() < cachedRelay.until) return cachedRelay.state;
    const state = await runCheck('relay');
    cachedRelay = { state, until: elapsedMs() + RELAY_CACHE_TTL_MS[state.status] };
    return state;
  };

  const runAllChecks = async (): Promise<ReadinessReport> => {
    const [databaseState, migrations, queueState, relay] = await Promise.all([
      runCheck('database'),
      runCheck('migrations'),
      runCheck('queue'),
      checkRelayCached(),
    ]);
    return { database: databaseState, migrations, queue: queueState, relay };
  };

  return {
    check: () => {
      running ??= runAllChecks().finally(() => {
        running = null;
      });
      return running;
    },
  };
}

/** Its message is public. */
class NotReadyError extends Error {}

function describeFailure(check: ReadinessCheck, error: unknown): string {
  return error instanceof NotReadyError ? error.message : READINESS_COPY[check].failed;
}

function describeRelays(probes: readonly RelayProbeResult[] | null): string {
  if (probes === null) return READINESS_COPY.relay.inbox;
  const good = probes.filter(({ problem }) => problem === null).length;
  if (good === 0) {
    const cause = probes.map(({ problem }) => problem).join(' ');
    throw new NotReadyError(READINESS_COPY.relay.noneAccepts, { cause });
  }
  return READINESS_COPY.relay.accept(good, probes.length);
}
