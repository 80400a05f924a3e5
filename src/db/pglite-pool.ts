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
 * A `pg.Pool` for one PGlite, so that drizzle and BullMQ use PGlite as they use `pg`. PGlite is a
 * single session, so a mutex serialises its clients. A client that sends BEGIN keeps the mutex
 * until its transaction ends: otherwise the ROLLBACK of another caller would undo its work. Values
 * are exactly those of `pg`: PGlite returns text, and the parsers of `pg` parse it.
 *
 * drizzle recognises a pool by “Pool” in the name of its class.
 */
export class PGlitePool extends EventEmitter {
  readonly #db: PGlite;
  readonly #mutex = new Mutex();
  readonly #clients = new Set<PGliteClient>();
  readonly #stopListening: () => void;
  #ended = false;
  /** BullMQ requires `keepAlive`. A connection within this process cannot break silently. */
  readonly options = { keepAlive: true };

  constructor(db: PGlite) {
    super();
    // Every queue and worker of BullMQ adds a listener for errors.
    this.setMaxListeners(0);
    this.#db = db;
    this.#stopListening = db.onNotification((channel, payload) => {
      for (const client of this.#clients) client.emit('notification', { channel, payload });
    });
  }

  async connect(): Promise<PGliteClient> {
    if (this.#ended) throw new Error('Cannot use a pool after calling end on the pool');
    const client = new PGliteClient(this.#db, this.#mutex, () => this.#clients.delete(client));
    this.#clients.add(client);
    return client;
  }

  async query(
    query: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult | QueryResult[]> {
    if (this.#ended) throw new Error('Cannot use a pool after calling end on the pool');
    const unlock = await this.#mutex.acquire();
    try {
      return await runQuery(this.#db, query, values);
    } finally {
      unlock();
    }
  }

  /** Waits for the transaction in progress. PGlite itself stays open. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const unlock = await this.#mutex.acquire();
    this.#stopListening();
    unlock();
  }
}

class PGliteClient extends EventEmitter {
  readonly #db: PGlite;
  readonly #mutex: Mutex;
  readonly #onRelease: () => void;
  #unlock: (() => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(db: PGlite, mutex: Mutex, onRelease: () => void) {
    super();
    this.#db = db;
    this.#mutex = mutex;
    this.#onRelease = onRelease;
    this.setMaxListeners(0);
  }

  query(query: string | QueryConfig, values?: unknown[]): Promise<QueryResult | QueryResult[]> {
    const result = this.#queue.then(() => this.#runLocked(query, values));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Releases the client and rolls back a transaction that it left open. */
  release(): void {
    this.#onRelease();
    void this.#queue.then(async () => {
      if (!this.#unlock) return;
      await this.#db.exec('ROLLBACK').catch(() => undefined);
      this.#unlockMutex();
    });
  }

  async #runLocked(
    query: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult | QueryResult[]> {
    this.#unlock ??= await this.#mutex.acquire();
    try {
      return await runQuery(this.#db, query, values);
    } finally {
      if (!this.#db.isInTransaction()) this.#unlockMutex();
    }
  }

  #unlockMutex(): void {
    this.#unlock?.();
    this.#unlock = undefined;
  }
}

class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Waits for all earlier callers. Returns the function that unlocks the mutex. */
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

/**
 * Without values `pg` uses the simple protocol, which allows several statements in one text. It
 * then returns a list of results.
 */
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

/**
 * Replaces PGlite's parsers, which turn int8 into numbers and bytea into byte arrays. PGlite uses
 * its own parser for every type that is missing here.
 */
function createTextParsers(db: PGlite): Record<string, (text: string) => string> {
  return Object.fromEntries(Object.keys(db.parsers).map((oid) => [oid, returnUnchanged]));
}

function returnUnchanged(text: string): string {
  return text;
}

/** `pg` has serialised the values already, so PGlite must not do it again. */
const PASS_THROUGH_SERIALIZERS = new Proxy({}, { get: () => (value: unknown) => value });

function prepareParameter(value: unknown): unknown {
  return (pg as unknown as { utils: { prepareValue(value: unknown): unknown } }).utils.prepareValue(
    value,
  );
}

/** Parses each value with the parser that `pg` would use. */
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
