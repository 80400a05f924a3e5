import { type DestinationStream, type Logger, pino } from 'pino';
import { serializeError } from './domain/serialize-error.ts';
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
