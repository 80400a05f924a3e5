import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';

/** Where an address or a token might come into the log with a request. */
const REDACTED = ['email', '*.email', 'to', '*.to', 'req.headers'];

/** The log of a process: lines of JSON, on its standard error unless told otherwise. */
export function openLog(level: LogLevel, destination: DestinationStream = standardError()): Logger {
  return pino({ level, redact: REDACTED, serializers: { err: loggableError } }, destination);
}

function standardError(): DestinationStream {
  return pino.destination({ dest: 2, sync: true });
}

/**
 * What may be written down of an error. Of a failed query only its text and the database's code: the
 * values in it, which PostgreSQL repeats in its messages, are readers' addresses.
 */
export function loggableError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { query } = error as { query?: unknown };
  const isQuery = typeof query === 'string';
  return {
    type: error.name,
    code: codeOf(error) ?? codeOf(error.cause),
    message: isQuery ? 'a query failed' : error.message,
    stack: framesOf(error),
    ...(isQuery && { query }),
  };
}

function codeOf(error: unknown): string | undefined {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** The stack without the message that stands at its top. */
function framesOf({ stack = '' }: Error): string {
  const first = stack.indexOf('\n    at ');
  return first === -1 ? '' : stack.slice(first + 1);
}
