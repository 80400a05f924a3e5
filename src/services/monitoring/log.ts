/** Writes a log line: an event and its facts. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, facts: object) => void;
