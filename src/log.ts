import { type DestinationStream, type Logger, pino } from 'pino';
import { serializeError } from './domain/serialize-error.ts';
import { redactSecrets } from './domain/text/redact.ts';
import type { LogLevel } from './settings/config.ts';

/** Properties that are never logged, whatever their value. */
const REDACTED_PATHS = ['email', '*.email', 'to', '*.to', 'req.headers'];

/** The logger of a process: lines of JSON, by default on standard error. No line contains an
 *  address, a token or a password, whichever library wrote it. */
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

/** A log line without secrets. Each of its strings is redacted separately: a match over the whole
 *  line could begin in one string and end in another. */
function redactLine(line: string): string {
  if (redactSecrets(line) === line) return line;
  try {
    return `${JSON.stringify(redactValue(JSON.parse(line)))}\n`;
  } catch {
    return `${JSON.stringify({ level: 50, msg: 'a log line could not be redacted and was dropped' })}\n`;
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
