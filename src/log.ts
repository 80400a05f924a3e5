import { type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';

/** Where an address or a token might come into the log with an error or a request. */
const REDACTED = ['email', '*.email', 'to', '*.to', 'err.envelope', 'err.rejected', 'req.headers'];

/** The log of a process: lines of JSON on its standard error. */
export function openLog(level: LogLevel): Logger {
  return pino({ level, redact: REDACTED }, pino.destination({ dest: 2, sync: true }));
}
