/** The statements that the faults look for, by their SQL: the one place that knows the words. */
export type StatementName = keyof typeof STATEMENTS;

const STATEMENTS = {
  /** Takes deliveries under a lease. */
  claim: (sql: string) => isUpdate(sql) && /\bSET\s+state\s*=\s*'claimed'/i.test(sql),
  /** Records what the relay said, and marks the next ones `sending`. */
  record: (sql: string) => isUpdate(sql) && /\bSET\s+state\s*=\s*'sending'/i.test(sql),
};

/** The names that fit a statement. */
export function matchStatements(sql: string): StatementName[] {
  return (Object.keys(STATEMENTS) as StatementName[]).filter((name) => STATEMENTS[name](sql));
}

function isUpdate(sql: string): boolean {
  return /\bUPDATE\s+deliveries(?:_\d+)?\b/i.test(sql);
}
