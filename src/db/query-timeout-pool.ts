import type pg from 'pg';
import { isTransient } from './transient.ts';

/**
 * The same pool, in which a statement fails after `queryTimeoutMs` and its connection is discarded.
 * A server that accepts connections but never answers would otherwise block the caller forever.
 */
export function withQueryTimeout(pool: pg.Pool, queryTimeoutMs: number): pg.Pool {
  return new QueryTimeoutPool(pool, queryTimeoutMs) as unknown as pg.Pool;
}

/** The part of a pool that drizzle and our statements use. drizzle expects “Pool” in its name. */
class QueryTimeoutPool {
  readonly #pool: pg.Pool;
  readonly #timeoutMs: number;

  constructor(pool: pg.Pool, timeoutMs: number) {
    this.#pool = pool;
    this.#timeoutMs = timeoutMs;
  }

  /** The pool itself destroys a connection whose statement failed. */
  query(query: pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    return this.#pool.query(addQueryTimeout(this.#timeoutMs, query), values);
  }

  async connect(): Promise<QueryTimeoutClient> {
    return new QueryTimeoutClient(await this.#pool.connect(), this.#timeoutMs);
  }
}

/**
 * A connection that is destroyed at its first transient error and then fails at once. drizzle would
 * wait for the ROLLBACK too, and would not release a connection whose BEGIN failed.
 */
class QueryTimeoutClient {
  readonly #client: pg.PoolClient;
  readonly #timeoutMs: number;
  #problem: Error | null = null;

  constructor(client: pg.PoolClient, timeoutMs: number) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
  }

  async query(query: pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    if (this.#problem !== null) throw this.#problem;
    try {
      return await this.#client.query(addQueryTimeout(this.#timeoutMs, query), values);
    } catch (error) {
      if (isTransient(error)) this.#destroy(error as Error);
      throw error;
    }
  }

  release(): void {
    if (this.#problem === null) this.#client.release();
  }

  #destroy(problem: Error): void {
    if (this.#problem !== null) return;
    this.#problem = problem;
    this.#client.release(problem);
  }
}

/** `query_timeout` is an option of node-postgres, in ms. */
function addQueryTimeout(timeoutMs: number, query: pg.QueryConfig | string): pg.QueryConfig {
  const config = typeof query === 'string' ? { text: query } : query;
  return { ...config, query_timeout: timeoutMs } as pg.QueryConfig;
}
