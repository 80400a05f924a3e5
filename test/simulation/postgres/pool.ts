import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Database } from '../../../src/db/client.ts';
import { withQueryTimeout } from '../../../src/db/query-timeout-pool.ts';
import * as schema from '../../../src/db/schema.ts';
import type { Server, StatementResult, StatementText } from './server.ts';

/** A connection as a client sees it. */
export interface Connection {
  /** Rejects as node-postgres does: with the error of the server, when the connection is lost, and
   *  after `timeoutMs` without an answer. */
  query(statement: StatementText, timeoutMs: number | null): Promise<StatementResult>;
  /** Gives the connection back; with an error it is closed. */
  release(error?: Error): void;
}

/** Opens connections. Rejects when the server cannot be reached. */
export type Connect = () => Promise<Connection>;

/** The database of the program on connections of the model. */
export function openModelDatabase(connect: Connect): Database {
  const pool = new ModelPool(connect) as unknown as pg.Pool;
  return {
    db: drizzle(pool, { schema }),
    pool,
    withQueryTimeout: (queryTimeoutMs) => {
      const limited = withQueryTimeout(pool, queryTimeoutMs);
      return { db: drizzle(limited, { schema }), pool: limited };
    },
    close: async () => undefined,
  };
}

/** Connects without a network in between. */
export function connectDirectly(server: Server): Connect {
  return async () => {
    const session = server.openSession();
    return {
      query: (statement) =>
        new Promise((resolve, reject) => {
          session.execute(statement, (outcome) =>
            'error' in outcome ? reject(outcome.error) : resolve(outcome.result),
          );
        }),
      release: () => session.end(),
    };
  };
}

type Config = pg.QueryConfig & { query_timeout?: number; rowMode?: string };

/** The part of a pool that drizzle and our statements use. drizzle expects “Pool” in its name. */
class ModelPool {
  readonly #connect: Connect;

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  async query(config: Config | string, values?: unknown[]): Promise<StatementResult> {
    const client = await this.connect();
    try {
      const result = await client.query(config, values);
      client.release();
      return result;
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  }

  async connect(): Promise<ModelClient> {
    return new ModelClient(await this.#connect());
  }

  async end(): Promise<void> {}
}

class ModelClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  query(config: Config | string, values?: unknown[]): Promise<StatementResult> {
    const given: Config = typeof config === 'string' ? { text: config } : config;
    const { text, query_timeout: timeoutMs = null } = given;
    const statement = {
      text,
      values: values ?? given.values ?? [],
      isArrayMode: given.rowMode === 'array',
    };
    return this.#connection.query(statement, timeoutMs);
  }

  release(error?: Error): void {
    this.#connection.release(error);
  }
}
