import type { Database } from '../../db/client.ts';
import { isMigrated, isQueueMigrated } from '../../db/migrate.ts';
import { takesChanges } from '../../db/reach.ts';
import type { Queue } from '../../queue/queue.ts';
import type { RelayLook } from '../../relay/look-at-relay.ts';

/** What must work so that papers become mails. */
export const PARTS_LOOKED_AT = ['database', 'migrations', 'queue', 'relay'] as const;
export type PartLookedAt = (typeof PARTS_LOOKED_AT)[number];

/** How a part is: one word, and a sentence that names no host, since anyone may read it. */
export interface PartState {
  word: 'ok' | 'failed';
  sentence: string;
}

export type PartStates = Record<PartLookedAt, PartState>;

/** Looks at the parts, each time anew but for relays, which are asked less often. */
export interface Readiness {
  look(): Promise<PartStates>;
}

export interface ReadinessDeps {
  database: Database;
  queue: Pick<Queue, 'check'>;
  isQueueInPostgres: boolean;
  /** How each relay receives us; null when mail is caught in the local inbox. */
  lookAtRelays: (() => Promise<readonly RelayLook[]>) | null;
  /** Called with each part whose word is another than before. */
  onChange: (part: PartLookedAt, state: PartState, error: unknown) => void;
  /** Any steady clock, in ms. */
  elapsedMs: () => number;
  /** How long a part may take to answer. @defaultValue 3000 */
  answerTimeoutMs?: number;
}

/** A part that hangs is as bad as one that fails. */
const ANSWER_TIMEOUT_MS = 3000;

/** How long is believed what relays said, in ms: they are other people's servers. */
const RELAY_KEPT_MS = { ok: 30_000, failed: 10_000 } satisfies Record<PartState['word'], number>;

/** Each part by itself: one that is broken does not hide another. */
export function createReadiness(deps: ReadinessDeps): Readiness {
  const { database, queue, elapsedMs, answerTimeoutMs = ANSWER_TIMEOUT_MS } = deps;
  const prompt = { ...database, ...database.promptly(answerTimeoutMs) };
  const words = new Map<PartLookedAt, PartState['word']>();
  let looking: Promise<PartStates> | null = null;
  let relayLook: { state: PartState; until: number } | null = null;

  const checks: Record<PartLookedAt, () => Promise<string>> = {
    database: async () => {
      if (await takesChanges(prompt.db)) return 'The database answers.';
      throw new NotReady('The database takes no changes: it is read-only, as a standby is.');
    },
    migrations: async () => {
      const isQueueThere = !deps.isQueueInPostgres || (await isQueueMigrated(prompt));
      if (isQueueThere && (await isMigrated(prompt)))
        return 'The tables are those of this version.';
      throw new NotReady('The tables are older than this version: run “paperboy migrate”.');
    },
    queue: async () => {
      await queue.check();
      return 'The queue answers.';
    },
    relay: async () => describeRelays(deps.lookAtRelays && (await deps.lookAtRelays())),
  };

  const lookAt = async (part: PartLookedAt): Promise<PartState> => {
    const [state, error] = await within(answerTimeoutMs, checks[part]()).then(
      (sentence): [PartState, unknown] => [{ word: 'ok', sentence }, null],
      (cause): [PartState, unknown] => [
        { word: 'failed', sentence: sentenceOf(part, cause) },
        cause,
      ],
    );
    if (words.get(part) !== state.word && (words.has(part) || state.word !== 'ok'))
      deps.onChange(part, state, error);
    words.set(part, state.word);
    return state;
  };

  const lookAtRelayAgain = async (): Promise<PartState> => {
    if (relayLook && elapsedMs() < relayLook.until) return relayLook.state;
    const state = await lookAt('relay');
    relayLook = { state, until: elapsedMs() + RELAY_KEPT_MS[state.word] };
    return state;
  };

  const lookAtAll = async (): Promise<PartStates> => {
    const [databaseState, migrations, queueState, relay] = await Promise.all([
      lookAt('database'),
      lookAt('migrations'),
      lookAt('queue'),
      lookAtRelayAgain(),
    ]);
    return { database: databaseState, migrations, queue: queueState, relay };
  };

  return {
    look: () => {
      looking ??= lookAtAll().finally(() => {
        looking = null;
      });
      return looking;
    },
  };
}

/** Its message is for anyone. */
class NotReady extends Error {}

const FAILED: Record<PartLookedAt, string> = {
  database: 'The database does not answer.',
  migrations: 'Whether the tables are those of this version cannot be found out.',
  queue: 'The queue does not answer, or takes nothing in.',
  relay: 'No relay answers.',
};

function sentenceOf(part: PartLookedAt, error: unknown): string {
  return error instanceof NotReady ? error.message : FAILED[part];
}

function describeRelays(looks: readonly RelayLook[] | null): string {
  if (looks === null) return 'Mail is caught in the local inbox.';
  const good = looks.filter(({ problem }) => problem === null).length;
  if (good === 0) {
    const cause = looks.map(({ problem }) => problem).join(' ');
    throw new NotReady('No relay lets us in.', { cause });
  }
  if (good < looks.length) return `${good} of ${looks.length} relays let us in.`;
  return looks.length === 1 ? 'The relay lets us in.' : `All ${looks.length} relays let us in.`;
}

async function within<Value>(timeoutMs: number, answer: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    const problem = new Error(`No answer came within ${timeoutMs} ms.`);
    timer = setTimeout(() => reject(problem), timeoutMs);
  });
  return Promise.race([answer, timeout]).finally(() => clearTimeout(timer));
}
