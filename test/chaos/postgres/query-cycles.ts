import { type PgMessage, readStrings } from './messages.ts';
import { matchStatements, type StatementName } from './statements.ts';

/** The requests that the server answers with one ReadyForQuery. */
export interface QueryCycle {
  /**
   * The named statements that this cycle commits: those of the transaction for a COMMIT, its own
   * outside a transaction, and none inside one.
   */
  commits: ReadonlySet<StatementName>;
}

/** Tracks one connection. The client must wait for each response, as `pg` does. */
export function createQueryCycleTracker() {
  const statements = new Map<string, string>();
  const portals = new Map<string, string>();
  const open: QueryCycle[] = [];
  let isInTransaction = false;
  let executed: string[] = [];
  let pending = new Set<StatementName>();

  const finish = (): QueryCycle => {
    const names = executed.flatMap(matchStatements);
    const isCommit = executed.some((sql) => /^\s*(COMMIT|END)\b/i.test(sql));
    const begins = executed.some((sql) => /^\s*(BEGIN|START)\b/i.test(sql));
    executed = [];
    for (const name of names) pending.add(name);
    const isCommitted = isCommit || (!isInTransaction && !begins);
    const cycle = { commits: isCommitted ? pending : new Set<StatementName>() };
    if (isCommitted) pending = new Set();
    open.push(cycle);
    return cycle;
  };

  return {
    /** Tracks a message of the client. Returns the cycle that it completes, or null. */
    trackRequest({ type, body }: PgMessage): QueryCycle | null {
      if (type === 'P') {
        const [name = '', sql = ''] = readStrings(body, 2);
        statements.set(name, sql);
      } else if (type === 'B') {
        const [portal = '', name = ''] = readStrings(body, 2);
        portals.set(portal, statements.get(name) ?? '');
      } else if (type === 'E') {
        executed.push(portals.get(readStrings(body, 1)[0] ?? '') ?? '');
      } else if (type === 'Q') {
        executed.push(readStrings(body, 1)[0] ?? '');
        return finish();
      } else if (type === 'S') return finish();
      return null;
    },
    /** Tracks a message of the server. Returns the cycle that it ends, or null. */
    trackResponse({ type, body }: PgMessage): QueryCycle | null {
      if (type !== 'Z') return null;
      isInTransaction = body.toString('latin1', 0, 1) !== 'I';
      if (!isInTransaction) pending = new Set();
      return open.shift() ?? null;
    },
  };
}
