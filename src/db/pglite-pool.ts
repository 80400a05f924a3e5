import { EventEmitter } from 'node:events';
import type { PGlite, Results } from '@electric-sql/pglite';
import pg from 'pg';

interface QueryConfig {
  text: string;
  values?: unknown[];
  rowMode?: 'array';
  types?: { getTypeParser(oid: number, format?: string): (text: string) => unknown };
}

interface QueryResult {
  command: string;
  rowCount: number | null;
  rows: unknown[];
  fields: { name: string; dataTypeID: number }[];
}

/**
 * A `pg.Pool` in front of one PGlite: what speaks to `pg` (drizzle, BullMQ) speaks to PGlite
 * unchanged. PGlite is a single session, so clients take turns, and one that says BEGIN keeps
 * its turn until the transaction ends: otherwise another caller's ROLLBACK would undo its work.
 * Values come back exactly as from `pg`: PGlite answers in text, parsed here by the same parsers.
 *
 * drizzle recognises a pool by the word in the class name.
 */
export class PGlitePool extends EventEmitter {
  readonly #db: PGlite;
  readonly #turns = new Mutex();
  readonly #clients = new Set<PGliteClient>();
  readonly #stopListening: () => void;
  #ended = false;
  /** Read by BullMQ: a connection in our own process cannot be dropped silently. */
  readonly options = { keepAlive: true };

  constructor(db: PGlite) {
    super();
    // Every queue and worker of BullMQ listens for errors.
    this.setMaxListeners(0);
    this.#db = db;
    this.#stopListening = db.onNotification((channel, payload) => {
      for (const client of this.#clients) client.emit('notification', { channel, payload });
    });
  }

  async connect(): Promise<PGliteClient> {
    if (this.#ended) throw new Error('Cannot use a pool after calling end on the pool');
    const client = new PGliteClient(this.#db, this.#turns, () => this.#clients.delete(client));
    this.#clients.add(client);
    return client;
  }

  async query(
    query: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult | QueryResult[]> {
    if (this.#ended) throw new Error('Cannot use a pool after calling end on the pool');
    const unlock = await this.#turns.acquire();
    try {
      return await runQuery(this.#db, query, values);
    } finally {
      unlock();
    }
  }

  /** Waits for the transaction in progress; PGlite itself stays open. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const unlock = await this.#turns.acquire();
    this.#stopListening();
    unlock();
  }
}

class PGliteClient extends EventEmitter {
  readonly #db: PGlite;
  readonly #turns: Mutex;
  readonly #onRelease: () => void;
  #pass: (() => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(db: PGlite, mutex: Mutex, onRelease: () => void) {
    super();
    this.#db = db;
    this.#turns = mutex;
    this.#onRelease = onRelease;
    this.setMaxListeners(0);
  }

  query(query: string | QueryConfig, values?: unknown[]): Promise<QueryResult | QueryResult[]> {
    const result = this.#queue.then(() => this.#runInTurn(query, values));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Gives the client back. A transaction left open is rolled back. */
  release(): void {
    this.#onRelease();
    void this.#queue.then(async () => {
      if (!this.#pass) return;
      await this.#db.exec('ROLLBACK').catch(() => undefined);
      this.#passOn();
    });
  }

  async #runInTurn(
    query: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult | QueryResult[]> {
    this.#pass ??= await this.#turns.acquire();
    try {
      return await runQuery(this.#db, query, values);
    } finally {
      if (!this.#db.isInTransaction()) this.#passOn();
    }
  }

  #passOn(): void {
    this.#pass?.();
    this.#pass = undefined;
  }
}

/** First come, first served: `take` resolves to the function that ends the turn. */
class Mutex {
  #last: Promise<void> = Promise.resolve();

  async acquire(): Promise<() => void> {
    const before = this.#last;
    let unlock: () => void = () => undefined;
    this.#last = new Promise((resolve) => {
      unlock = resolve;
    });
    await before;
    return unlock;
  }
}

/** `pg` sends text without values by the simple protocol, which may hold several statements; then it
 *  answers with a list of results. */
async function runQuery(
  db: PGlite,
  query: string | QueryConfig,
  values?: unknown[],
): Promise<QueryResult | QueryResult[]> {
  const config = typeof query === 'string' ? { text: query } : query;
  const params = values ?? config.values ?? [];
  const options = {
    parsers: createTextParsers(db),
    serializers: PASS_THROUGH_SERIALIZERS,
    rowMode: 'array' as const,
  };
  if (params.length > 0) {
    return toPgResult(
      await db.query<string[]>(config.text, params.map(prepareParameter), options),
      config,
    );
  }
  const results = (await db.exec(config.text, options)) as Results<string[]>[];
  const pgResults = results.map((result) => toPgResult(result, config));
  const [only] = pgResults;
  return only && pgResults.length === 1 ? only : pgResults;
}

/** PGlite's own parsers would make numbers of int8 and plain arrays of bytes. It looks them up by
 *  key, and those that are not named here stay in force. */
function createTextParsers(db: PGlite): Record<string, (text: string) => string> {
  return Object.fromEntries(Object.keys(db.parsers).map((oid) => [oid, returnUnchanged]));
}

function returnUnchanged(text: string): string {
  return text;
}

/** Values are prepared as `pg` prepares them, so PGlite must not serialise them again. */
const PASS_THROUGH_SERIALIZERS = new Proxy({}, { get: () => (value: unknown) => value });

function prepareParameter(value: unknown): unknown {
  return (pg as unknown as { utils: { prepareValue(value: unknown): unknown } }).utils.prepareValue(
    value,
  );
}

/** Hands each value to the parser that `pg` would have used. */
function toPgResult(
  { command = '', rowCount, rows, fields }: Results<(string | null)[]>,
  { rowMode, types = pg.types }: QueryConfig,
): QueryResult {
  const parsers = fields.map(({ dataTypeID }) => types.getTypeParser(dataTypeID as never, 'text'));
  const parsed = rows.map((row) =>
    row.map((text, column) => (text === null ? null : parsers[column]?.(text))),
  );
  return {
    command,
    rowCount: rowCount ?? null,
    rows: rowMode === 'array' ? parsed : parsed.map((row) => toRowObject(fields, row)),
    fields,
  };
}

function toRowObject(fields: readonly { name: string }[], row: readonly unknown[]): object {
  return Object.fromEntries(fields.map(({ name }, column) => [name, row[column]]));
}
