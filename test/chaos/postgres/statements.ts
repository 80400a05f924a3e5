/** Names of the statements that faults look for. Only this file recognises them by their SQL. */
export type StatementName = keyof typeof STATEMENTS;

const STATEMENTS = {
  /** Claims deliveries under a lease. */
  claim: (sql: string) => isUpdate(sql) && /\bSET\s+state\s*=\s*'claimed'/i.test(sql),
  /** Records the replies of the relay, and sets the next deliveries to `sending`. */
  record: (sql: string) => isUpdate(sql) && /\bSET\s+state\s*=\s*'sending'/i.test(sql),
  /** Releases the rest of a batch, in a transaction that has locked the batch. */
  release: (sql: string) =>
    isUpdate(sql) &&
    /\bSET\s+state\s*=\s*\$\d+,\s*detail\s*=\s*\$\d+,\s*lease_id\s*=\s*NULL/i.test(sql),
};

/** The names that match a statement. */
export function matchStatements(sql: string): StatementName[] {
  return (Object.keys(STATEMENTS) as StatementName[]).filter((name) => STATEMENTS[name](sql));
}

function isUpdate(sql: string): boolean {
  return /\bUPDATE\s+deliveries(?:_\d+)?\b/i.test(sql);
}
