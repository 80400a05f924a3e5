import { readFileSync } from 'node:fs';
import { loadModule, type Node, parseSync } from 'libpg-query';
import { type Catalog, copyCatalog, createCatalog, defineTables } from './catalog.ts';
import type { Query } from './scope.ts';
import { compileStatement } from './select.ts';
import { Blocked, createTransaction, type Row, type Table, type Transaction } from './tables.ts';
import { createDatabaseError, toDriverValue, type Value } from './values.ts';

/** What a statement returns, as node-postgres passes it on. */
export interface StatementResult {
  rows: unknown[];
  rowCount: number;
}

/** A row that a commit changed; null values: it did not exist, or was deleted. */
export interface RowChange {
  table: Table;
  before: readonly Value[] | null;
  after: readonly Value[] | null;
}

export interface StatementText {
  text: string;
  values: readonly unknown[];
  /** Rows as arrays instead of objects. */
  isArrayMode: boolean;
}

/** A connection to the server: one statement at a time. */
export interface Session {
  /** Executes a statement and passes its result or error on, at once or when the transactions that
   *  it waits for have ended. Nothing comes from a session that was ended. */
  execute(statement: StatementText, onDone: (outcome: Outcome) => void): void;
  /** Ends the connection: an open transaction is rolled back. */
  end(): void;
}

export type Outcome = { result: StatementResult } | { error: Error };

/** A model of a PostgreSQL server in memory: the SQL of the program in READ COMMITTED, with the
 *  locks of its rows. */
export interface Server {
  catalog: Catalog;
  openSession(): Session;
}

/** Commits are numbered. */
export interface CommitNumbers {
  commit: number;
  /** The last commit that the statement saw when it began; 0 for a transaction of several. */
  snapshot: number;
}

export interface ServerOptions {
  /** The tables to begin with. @defaultValue the empty tables of the program */
  copyOf?: Catalog;
  /** The time of the server, in ms. */
  now: () => number;
  /** Called after each commit that changed rows. */
  onCommit?: (changes: readonly RowChange[], numbers: CommitNumbers) => void;
  /** Called with an error that no server would report: a gap or a mistake in the model. */
  onModelError?: (error: Error) => void;
  /** Runs a statement that can go on; by default at once. */
  resume?: (run: () => void) => void;
}

const MIGRATION = new URL('../../../migrations/0000_first_version.sql', import.meta.url);

/** Loads the parser of PostgreSQL; call it once before the others. */
export async function loadParser(): Promise<void> {
  await loadModule();
}

const parsed = new Map<string, Node>();

function parseStatement(text: string): Node {
  const known = parsed.get(text);
  if (known) return known;
  const { stmts = [] } = parseSync(text) as { stmts?: { stmt?: Node }[] };
  const node = stmts[0]?.stmt;
  if (!node) throw createDatabaseError('42601', `no statement in "${text}"`);
  parsed.set(text, node);
  return node;
}

/** Compiled statements by their text. They find their tables when they run. */
const compiled = new Map<string, Query>();

/** Creates a server. */
export function createServer(options: ServerOptions): Server {
  const { now, onCommit = () => undefined, resume = (run) => run(), onModelError } = options;
  const catalog = copyCatalog(options.copyOf ?? readDefinitions());
  let commits = 0;
  let waiting = 0;

  function begin(): Transaction {
    const transaction = createTransaction();
    catalog.transactions.add(transaction);
    return transaction;
  }

  function commit(transaction: Transaction, snapshot: number): void {
    const changes: RowChange[] = [];
    if (transaction.written.size > 0) commits += 1;
    for (const row of transaction.written) {
      const after = row.writes.at(-1)?.values ?? null;
      changes.push({ table: row.table, before: row.versions.at(-1)?.values ?? null, after });
      row.versions.push({ commit: commits, values: after });
      if (waiting === 0) row.versions.splice(0, row.versions.length - 1);
      if (waiting === 0 && after === null) removeRow(row);
    }
    end(transaction);
    if (changes.length > 0) onCommit(changes, { commit: commits, snapshot });
  }

  function rollBack(transaction: Transaction): void {
    for (const undo of transaction.undoDefinitions.reverse()) undo();
    end(transaction);
    for (const row of transaction.written) if (row.versions.length === 0) removeRow(row);
  }

  function end(transaction: Transaction): void {
    for (const row of transaction.written) {
      row.writes = [];
      row.owner = null;
    }
    for (const row of transaction.locked) row.locks.delete(transaction);
    transaction.hasEnded = true;
    catalog.transactions.delete(transaction);
    for (const notify of transaction.onEnd.splice(0)) notify();
  }

  function findCompiled(text: string, node: Node): Query {
    const known = compiled.get(text);
    if (known) return known;
    const query = compileStatement(node, catalog);
    compiled.set(text, query);
    return query;
  }

  /** @throws Blocked, after undoing what the statement wrote. */
  function run(
    transaction: Transaction,
    { text, values, isArrayMode }: StatementText,
    snapshotCommit: number,
  ): StatementResult {
    const node = parseStatement(text);
    const undo = defineTables(catalog, node);
    if (undo !== null) {
      transaction.undoDefinitions.push(undo);
      return { rows: [], rowCount: 0 };
    }
    const query = findCompiled(text, node);
    const snapshot = { transaction, commit: snapshotCommit };
    const params = values.map((value) => (value === undefined ? null : value)) as Value[];
    try {
      const rows = query.run({ snapshot, params, catalog, now, once: new Map() }, null);
      const isEmpty = query.columns.length === 0 && 'SelectStmt' in node === false;
      return {
        rows: isEmpty ? [] : rows.map((row) => toDriverRow(row, query, isArrayMode)),
        rowCount: rows.length,
      };
    } catch (error) {
      undoStatement(transaction);
      throw error;
    }
  }

  function openSession(): Session {
    let transaction: Transaction | null = null;
    let hasFailed = false;
    let isEnded = false;
    const finish = (outcome: Outcome, onDone: (outcome: Outcome) => void) => {
      if (!isEnded) onDone(outcome);
    };

    const control = (text: string): StatementResult | null => {
      const done = { rows: [], rowCount: 0 };
      if (/^set\b/i.test(text)) return done;
      if (/^begin\b/i.test(text)) {
        transaction ??= begin();
        return done;
      }
      if (/^commit\b/i.test(text)) {
        if (transaction) commit(transaction, 0);
      } else if (/^rollback\b/i.test(text)) {
        if (transaction) rollBack(transaction);
      } else return null;
      transaction = null;
      hasFailed = false;
      return done;
    };

    const attempt = (
      statement: StatementText,
      own: Transaction,
      snapshotCommit: number,
      onDone: (outcome: Outcome) => void,
    ): void => {
      try {
        const result = run(own, statement, snapshotCommit);
        if (transaction === null) commit(own, snapshotCommit);
        finish({ result }, onDone);
      } catch (error) {
        if (error instanceof Blocked) wait(error, statement, own, snapshotCommit, onDone);
        else fail(own, error as Error, onDone);
      }
    };

    const fail = (own: Transaction, error: Error, onDone: (outcome: Outcome) => void) => {
      if (!('code' in error)) onModelError?.(error);
      hasFailed = transaction !== null;
      rollBack(own);
      transaction = null;
      finish({ error }, onDone);
    };

    const wait = (
      { holders }: Blocked,
      statement: StatementText,
      own: Transaction,
      snapshotCommit: number,
      onDone: (outcome: Outcome) => void,
    ): void => {
      if (holders.some((holder) => waitsFor(holder, own))) {
        fail(own, createDatabaseError('40P01', 'deadlock detected'), onDone);
        return;
      }
      own.waitsFor = holders;
      waiting += 1;
      let isNotified = false;
      const notify = () => {
        if (isNotified) return;
        isNotified = true;
        resume(() => {
          waiting -= 1;
          own.waitsFor = [];
          if (!own.hasEnded) attempt(statement, own, snapshotCommit, onDone);
        });
      };
      for (const holder of holders) holder.onEnd.push(notify);
      own.onEnd.push(notify);
    };

    return {
      execute: (statement, onDone) => {
        if (isEnded) return;
        try {
          const done = control(statement.text);
          if (done) return finish({ result: done }, onDone);
        } catch (error) {
          return finish({ error: error as Error }, onDone);
        }
        if (hasFailed) {
          const message =
            'current transaction is aborted, commands ignored until end of transaction block';
          return finish({ error: createDatabaseError('25P02', message) }, onDone);
        }
        const own = transaction ?? begin();
        own.statement += 1;
        attempt(statement, own, commits, onDone);
      },
      end: () => {
        isEnded = true;
        if (transaction) rollBack(transaction);
        transaction = null;
      },
    };
  }

  return { catalog, openSession };
}

function removeRow(row: Row): void {
  const at = row.table.rows.indexOf(row);
  if (at !== -1) row.table.rows.splice(at, 1);
}

/** Removes what the transaction wrote in its current statement. */
function undoStatement(transaction: Transaction): void {
  for (const row of transaction.written) {
    row.writes = row.writes.filter(({ statement }) => statement < transaction.statement);
    if (row.writes.length > 0) continue;
    row.owner = null;
    transaction.written.delete(row);
    if (row.versions.length > 0) continue;
    transaction.locked.delete(row);
    removeRow(row);
  }
}

function waitsFor(transaction: Transaction, target: Transaction): boolean {
  return transaction === target || transaction.waitsFor.some((holder) => waitsFor(holder, target));
}

function toDriverRow(row: readonly Value[], { columns }: Query, isArrayMode: boolean): unknown {
  const values = row.map((value, at) => toDriverValue(value, columns[at]?.type ?? 'unknown'));
  return isArrayMode
    ? values
    : Object.fromEntries(columns.map(({ name }, at) => [name, values[at]]));
}

let definitions: Catalog | null = null;

/** The empty tables of the program. */
function readDefinitions(): Catalog {
  if (definitions) return definitions;
  definitions = createCatalog();
  for (const text of readFileSync(MIGRATION, 'utf8').split('--> statement-breakpoint'))
    defineTables(definitions, parseStatement(text.trim()));
  return definitions;
}
