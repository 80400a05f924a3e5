import { type DestinationStream, type Logger, pino } from 'pino';
import { redactSecrets } from './domain/text/redact.ts';
import type { LogLevel } from './settings/config.ts';

/** What belongs to a request or a reader by its name, whatever it holds. */
const REDACTED_PATHS = ['email', '*.email', 'to', '*.to', 'req.headers'];

/** The log of a process: lines of JSON, on its standard error unless told otherwise. Whatever a line
 *  carries and whoever wrote it, no address, token or password comes through. */
export function createLogger(
  level: LogLevel,
  destination: DestinationStream = createStderrDestination(),
): Logger {
  return pino(
    {
      level,
      redact: REDACTED_PATHS,
      serializers: { err: serializeError },
      hooks: { streamWrite: redactLine },
    },
    destination,
  );
}

/** A finished line without what must not be kept. Its texts are redacted one by one: over a whole line
 *  what is cut out might begin in one and end in another. */
export function redactLine(line: string): string {
  if (redactSecrets(line) === line) return line;
  try {
    return `${JSON.stringify(redactValue(JSON.parse(line)))}\n`;
  } catch {
    return `${JSON.stringify({ level: 50, msg: 'a line of the log could not be read, and is left out' })}\n`;
  }
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redactSecrets(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [redactSecrets(name), redactValue(each)]),
  );
}

function createStderrDestination(): DestinationStream {
  return pino.destination({ dest: 2, sync: true });
}

/**
 * What may be written down of an error. Of a failed query only its text and the database's code: the
 * values in it, which PostgreSQL repeats in its messages, are readers' addresses.
 */
export function serializeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { query } = error as { query?: unknown };
  const isQuery = typeof query === 'string';
  return {
    type: error.name,
    code: readErrorCode(error) ?? readErrorCode(error.cause),
    message: isQuery ? 'a query failed' : error.message,
    stack: extractStackFrames(error),
    ...(isQuery && { query }),
  };
}

function readErrorCode(error: unknown): string | undefined {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** The stack without the message that stands at its top. */
function extractStackFrames({ stack = '' }: Error): string {
  const first = stack.indexOf('\n    at ');
  return first === -1 ? '' : stack.slice(first + 1);
}
