import { isWritable } from '../../db/check-server.ts';
import type { Database } from '../../db/client.ts';
import { isMigrated, isQueueMigrated } from '../../db/migrate.ts';
import type { Queue } from '../../queue/queue.ts';
import type { RelayProbeResult } from '../../relay/probe-relay.ts';

/** What must work so that papers become mails. */
export const READINESS_CHECKS = ['database', 'migrations', 'queue', 'relay'] as const;
export type ReadinessCheck = (typeof READINESS_CHECKS)[number];

/** How a part is: one word, and a sentence that names no host, since anyone may read it. */
export interface ReadinessCheckResult {
  status: 'ok' | 'failed';
  sentence: string;
}

export type ReadinessReport = Record<ReadinessCheck, ReadinessCheckResult>;

/** Looks at the parts, each time anew but for relays, which are asked less often. */
export interface ReadinessProbe {
  check(): Promise<ReadinessReport>;
}

export interface ReadinessDeps {
  database: Database;
  queue: Pick<Queue, 'check'>;
  isQueueInPostgres: boolean;
  /** How each relay receives us; null when mail is caught in the local inbox. */
  probeRelays: (() => Promise<readonly RelayProbeResult[]>) | null;
  /** Called with each part whose word is another than before. */
  onChange: (check: ReadinessCheck, state: ReadinessCheckResult, error: unknown) => void;
  /** Any steady clock, in ms. */
  elapsedMs: () => number;
  /** How long a part may take to answer. @defaultValue 3000 */
  answerTimeoutMs?: number;
}

/** A part that hangs is as bad as one that fails. */
const ANSWER_TIMEOUT_MS = 3000;

/** How long is believed what relays said, in ms: they are other people's servers. */
const RELAY_CACHE_TTL_MS = { ok: 30_000, failed: 10_000 } satisfies Record<
  ReadinessCheckResult['status'],
  number
>;

/** Each part by itself: one that is broken does not hide another. */
export function createReadinessProbe(deps: ReadinessDeps): ReadinessProbe {
  const { database, queue, elapsedMs, answerTimeoutMs = ANSWER_TIMEOUT_MS } = deps;
  const databaseWithTimeout = { ...database, ...database.withQueryTimeout(answerTimeoutMs) };
  const statuses = new Map<ReadinessCheck, ReadinessCheckResult['status']>();
  let running: Promise<ReadinessReport> | null = null;
  let cachedRelay: { state: ReadinessCheckResult; until: number } | null = null;

  const checks: Record<ReadinessCheck, () => Promise<string>> = {
    database: async () => {
      if (await isWritable(databaseWithTimeout.db)) return 'The database answers.';
      throw new NotReadyError('The database takes no changes: it is read-only, as a standby is.');
    },
    migrations: async () => {
      const isQueueReady = !deps.isQueueInPostgres || (await isQueueMigrated(databaseWithTimeout));
      if (isQueueReady && (await isMigrated(databaseWithTimeout)))
        return 'The tables are those of this version.';
      throw new NotReadyError('The tables are older than this version: run “paperboy migrate”.');
    },
    queue: async () => {
      await queue.check();
      return 'The queue answers.';
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

/** Its message is for anyone. */
class NotReadyError extends Error {}

const FAILURE_SENTENCES: Record<ReadinessCheck, string> = {
  database: 'The database does not answer.',
  migrations: 'Whether the tables are those of this version cannot be found out.',
  queue: 'The queue does not answer, or takes nothing in.',
  relay: 'No relay answers.',
};

function describeFailure(check: ReadinessCheck, error: unknown): string {
  return error instanceof NotReadyError ? error.message : FAILURE_SENTENCES[check];
}

function describeRelays(probes: readonly RelayProbeResult[] | null): string {
  if (probes === null) return 'Mail is caught in the local inbox.';
  const good = probes.filter(({ problem }) => problem === null).length;
  if (good === 0) {
    const cause = probes.map(({ problem }) => problem).join(' ');
    throw new NotReadyError('No relay lets us in.', { cause });
  }
  if (good < probes.length) return `${good} of ${probes.length} relays let us in.`;
  return probes.length === 1 ? 'The relay lets us in.' : `All ${probes.length} relays let us in.`;
}

async function withTimeout<Value>(timeoutMs: number, operation: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    const problem = new Error(`No answer came within ${timeoutMs} ms.`);
    timer = setTimeout(() => reject(problem), timeoutMs);
  });
  return Promise.race([operation, timeout]).finally(() => clearTimeout(timer));
}
