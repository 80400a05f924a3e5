import { PaperboyError } from '../domain/errors.ts';

/**
 * SQLSTATE classes and codes of transient errors: lost connections, a server that restarts or has
 * no resources left, cancelled statements, I/O errors, deadlocks and the like (PostgreSQL manual,
 * appendix A).
 */
const TRANSIENT_SQLSTATES = /^(?:08|53|57014|57P|58030|40001|40P01|55P03|25006|25P03)/;

/**
 * Whether a failed statement may succeed when it is repeated, because the server was unreachable
 * and not the statement wrong. An error without SQLSTATE comes from the connection. A PaperboyError
 * does not go away: an embedded database that stopped must be opened again.
 */
export function isTransient(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof PaperboyError) return false;
  const { code } = cause as { code?: unknown };
  if (typeof code !== 'string')
    return cause instanceof Error && !(cause instanceof TypeError || cause instanceof RangeError);
  return isSqlState(code) ? TRANSIENT_SQLSTATES.test(code) : true;
}

/** Whether a statement waited for a lock longer than `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return readCode(error) === '55P03';
}

/** Whether a statement named a table that does not exist. */
export function isUndefinedTable(error: unknown): boolean {
  return readCode(error) === '42P01';
}

function readCode(error: unknown): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return (cause as { code?: unknown }).code;
}

/** Every SQLSTATE has a digit; `EPIPE`, which has five capitals too, is an error of the
 *  connection. */
function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);
}
