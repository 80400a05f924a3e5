import type pg from 'pg';
import { isTransient } from './transient.ts';

/** A server that takes connections and never answers would else be waited for without end: such a
 *  statement fails, and its connection is not used again. */
export function withQueryTimeout(pool: pg.Pool, queryTimeoutMs: number): pg.Pool {
  return new QueryTimeoutPool(pool, queryTimeoutMs) as unknown as pg.Pool;
}

/** What drizzle and our own statements need of a pool. drizzle knows a pool by the name of its class. */
class QueryTimeoutPool {
  readonly #pool: pg.Pool;
  readonly #timeoutMs: number;

  constructor(pool: pg.Pool, timeoutMs: number) {
    this.#pool = pool;
    this.#timeoutMs = timeoutMs;
  }

  /** The pool destroys a connection whose statement failed. */
  query(query: pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    return this.#pool.query(addQueryTimeout(this.#timeoutMs, query), values);
  }

  async connect(): Promise<QueryTimeoutClient> {
    return new QueryTimeoutClient(await this.#pool.connect(), this.#timeoutMs);
  }
}

/** A connection that is destroyed as soon as it has failed, and fails at once from then on: drizzle would
 *  wait for its ROLLBACK as well, and give no connection back whose BEGIN failed. */
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

/** `query_timeout` is the driver's own (node-postgres), in ms. */
function addQueryTimeout(timeoutMs: number, query: pg.QueryConfig | string): pg.QueryConfig {
  const config = typeof query === 'string' ? { text: query } : query;
  return { ...config, query_timeout: timeoutMs } as pg.QueryConfig;
}
