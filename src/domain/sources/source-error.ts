import { PaperboyError } from '../errors.ts';

/** Why a source brought nothing: it cannot be reached, asks for patience, sent what is no list of papers,
 *  or has no list of the day asked for. */
export type SourceErrorCode =
  | 'SOURCE_UNREACHABLE'
  | 'SOURCE_BUSY'
  | 'SOURCE_UNREADABLE'
  | 'NO_SUCH_DAY';

/** A list that is none: `url` gave it, `reason` says what it is or what was expected, without full stop. */
export function createUnreadableSourceError(
  url: string,
  reason: string,
  cause?: unknown,
): SourceError {
  return new SourceError('SOURCE_UNREADABLE', `${url} cannot be understood: ${reason}.`, { cause });
}

/** Trouble with a source. */
export class SourceError extends PaperboyError {
  declare readonly code: SourceErrorCode;
  /** How long it asked to be left alone, in ms; null when it did not say. */
  readonly retryAfterMs: number | null;
  /** The HTTP status of its answer; null when there was none. */
  readonly status: number | null;

  constructor(
    code: SourceErrorCode,
    message: string,
    options: { retryAfterMs?: number | null; status?: number; cause?: unknown } = {},
  ) {
    super(code, message, { cause: options.cause });
    this.name = 'SourceError';
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.status = options.status ?? null;
  }
}
