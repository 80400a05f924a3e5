/** SQLSTATE classes and codes of what passes: lost connections, a server that restarts or is full,
 *  deadlocks and the like (PostgreSQL manual, appendix A). */
const TRANSIENT_SQLSTATES = /^(?:08|53|57P|40001|40P01|55P03|25006)/;

/** Whether a failed statement may succeed when it is repeated: the server was away, not the statement
 *  wrong. An error without SQLSTATE comes from the connection. */
export function isTransient(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code } = cause as { code?: unknown };
  if (typeof code !== 'string')
    return cause instanceof Error && !(cause instanceof TypeError || cause instanceof RangeError);
  return /^[0-9A-Z]{5}$/.test(code) ? TRANSIENT_SQLSTATES.test(code) : true;
}
