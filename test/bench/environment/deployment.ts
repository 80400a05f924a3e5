import type { PaperboyProcess, ProcessEnvironment } from '../../processes/support/paperboy.ts';
import type { TestServer } from '../../servers/programs.ts';
import type { BenchOptions } from '../arguments.ts';
import type { ReadSql } from '../results.ts';

/** The day of the seed papers. */
export const DAY = '2026-05-08';

/** What one run shares. */
export interface BenchRun {
  options: BenchOptions;
  /** Of our own, removed at the end. */
  folder: string;
  /** Aborted when the run is to end at once. */
  signal: AbortSignal;
  /** Says on standard error what comes next. @throws when the run was interrupted. */
  reportStep(text: string): void;
  /** Keeps a server until the end of the run at the latest. */
  register<Registered extends TestServer>(starting: Promise<Registered>): Promise<Registered>;
}

/** Where Paperboy runs, with its readers in place. */
export interface BenchDeployment {
  environment: ProcessEnvironment;
  /** What stands behind the workers, by the name under which its CPU is reported. */
  servers: Readonly<Record<string, TestServer>>;
  /** Whether the digest of the day can be seen. */
  isComposed(): Promise<boolean>;
  /** Processes that send, ready to. */
  startWorkers(): Promise<PaperboyProcess[]>;
  /** Call it when no process of Paperboy runs any more. */
  readRows<Value>(read: (query: ReadSql) => Promise<Value>): Promise<Value>;
  /** Settings of the database that decide how much a commit is worth. */
  durability: Readonly<Record<string, string>>;
}
