import { PaperboyError } from '../errors.ts';

/** Why a fetch failed: the source cannot be reached, is busy (429, 503), sent something that is not
 *  a list of papers, or has no list for the requested day. */
export type SourceErrorCode =
  | 'SOURCE_UNREACHABLE'
  | 'SOURCE_BUSY'
  | 'SOURCE_UNREADABLE'
  | 'NO_SUCH_DAY';

/** The error for a response that is not a list of papers. `reason` has no full stop. */
export function createUnreadableSourceError(
  url: string,
  reason: string,
  cause?: unknown,
): SourceError {
  return new SourceError(
    'SOURCE_UNREADABLE',
    `${url} did not return a list of papers: ${reason}.`,
    { cause },
  );
}

/** A failed fetch. */
export class SourceError extends PaperboyError {
  declare readonly code: SourceErrorCode;
  /** The delay that a busy source asked for, in ms; null when it asked for none. */
  readonly retryAfterMs: number | null;
  /** The HTTP status of the response; null without a response. */
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
