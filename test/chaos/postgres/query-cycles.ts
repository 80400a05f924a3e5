import { type PgMessage, readStrings } from './messages.ts';
import { matchStatements, type StatementName } from './statements.ts';

/** What a client asks at once and the server answers with one ReadyForQuery. */
export interface QueryCycle {
  /**
   * The named statements that this exchange makes lasting: of a transaction when it is its COMMIT, its
   * own when it stands alone. Empty within a transaction.
   */
  commits: ReadonlySet<StatementName>;
}

/** Follows one connection. The client must wait for each answer before it asks again, as `pg` does. */
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
    const isLasting = isCommit || (!isInTransaction && !begins);
    const exchange = { commits: isLasting ? pending : new Set<StatementName>() };
    if (isLasting) pending = new Set();
    open.push(exchange);
    return exchange;
  };

  return {
    /** A message of the client. Returns the exchange that it completes, or null. */
    asked({ type, body }: PgMessage): QueryCycle | null {
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
    /** A message of the server. Returns the exchange that it answers to the end, or null. */
    answered({ type, body }: PgMessage): QueryCycle | null {
      if (type !== 'Z') return null;
      isInTransaction = body.toString('latin1', 0, 1) !== 'I';
      if (!isInTransaction) pending = new Set();
      return open.shift() ?? null;
    },
  };
}
