/** Problems that an HTTP request can cause: `http/errors.ts` gives each its status. */
export type RequestErrorCode =
  | 'INBOX_IS_LOCAL'
  | 'INVALID_DATE'
  | 'INVALID_EMAIL'
  | 'INVALID_LIBRARY'
  | 'INVALID_PREFERENCES'
  | 'INVALID_QUERY'
  | 'INVALID_REQUEST'
  | 'LOOKUPS_OFF'
  | 'NOT_CONFIRMED'
  | 'NOT_FOUND'
  | 'NO_DELIVERY'
  | 'NO_DIGEST'
  | 'NO_FEED'
  | 'NO_MAIL'
  | 'NO_PAPER'
  | 'NO_TOPIC'
  | 'OPERATOR_ONLY'
  | 'SIGN_UP_CLOSED'
  | 'TOO_MANY_IMPORTS'
  | 'TOO_MANY_QUESTIONS'
  | 'TOO_MANY_SIGNUPS'
  | 'UNKNOWN_TOKEN';

/** Problems of commands, start-up and sources. A request that meets one gets a 500: the person who
 *  sent it cannot fix it. */
type OperatorErrorCode =
  | 'ALREADY_RUNNING'
  | 'CLOCK_SKEW'
  | 'CONTROL_SILENT'
  | 'DATABASE_BUSY'
  | 'DATABASE_DAMAGED'
  | 'DATABASE_DISK_FULL'
  | 'DATABASE_INCOMPATIBLE'
  | 'DATABASE_STOPPED'
  | 'DATABASE_TOO_OLD'
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_UNWRITABLE'
  | 'DATABASE_VERSION_DIFFERS'
  | 'DATA_DIR_LOCKED'
  | 'DATA_DIR_UNREADABLE_LOCK'
  | 'DATA_DIR_UNSUITABLE'
  | 'DIGEST_CANCELLED'
  | 'DKIM_DOES_NOT_VERIFY'
  | 'DNS_UNAVAILABLE'
  | 'FILE_NOT_NAMED'
  | 'FILE_UNREADABLE'
  | 'FILE_UNWRITABLE'
  | 'INBOX_CANNOT_LISTEN'
  | 'INBOX_CLOSED'
  | 'INBOX_TIMEOUT'
  | 'INPUT_UNREADABLE'
  | 'INVALID_DAYS'
  | 'INVALID_FILE'
  | 'INVALID_KEYS'
  | 'INVALID_PAPER'
  | 'INVALID_PERSONAL_FILE'
  | 'INVALID_READER'
  | 'INVALID_SETTINGS'
  | 'INVALID_TOPICS'
  | 'KEYS_DIFFER'
  | 'MOVE_DIFFERS'
  | 'MOVE_TARGET_IN_USE'
  | 'MOVE_TARGET_NOT_EMPTY'
  | 'MOVE_TARGET_NOT_UTF8'
  | 'MOVE_VERSION_DIFFERS'
  | 'NOTHING_TO_SEND'
  | 'NOT_A_MONDAY'
  | 'NOT_A_REPLY'
  | 'NOT_MIGRATED'
  | 'NOT_TO_RESEND'
  | 'NO_DATABASE_URL'
  | 'NO_EMBEDDED_DATABASE'
  | 'NO_PAPERS'
  | 'NO_SUCH_DAY'
  | 'OTHER_SUBSCRIBERS'
  | 'QUEUE_EVICTS'
  | 'QUEUE_UNREACHABLE'
  | 'ROLE_NEEDS_SERVERS'
  | 'SITE_CANNOT_LISTEN'
  | 'SOURCE_BUSY'
  | 'SOURCE_UNREACHABLE'
  | 'SOURCE_UNREADABLE'
  | 'UNKNOWN_DELIVERY'
  | 'UNKNOWN_PAPER'
  | 'UNKNOWN_SOURCE'
  | 'UNKNOWN_SUBSCRIBER'
  | 'UNSENDABLE_ADDRESS'
  | 'WHICH_DELIVERIES';

export type ErrorCode = RequestErrorCode | OperatorErrorCode;

/** A problem that its message explains to the person who can fix it. Commands print it and exit
 *  with 1. */
export class PaperboyError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PaperboyError';
    this.code = code;
  }
}
