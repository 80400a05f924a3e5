import type { PaperboyProcess, ProcessEnvironment } from '../../processes/support/paperboy.ts';
import type { TestServer } from '../../servers/programs.ts';
import type { BenchOptions } from '../arguments.ts';
import type { ReadSql } from '../results.ts';

/** The day of the seed papers. */
export const DAY = '2026-05-08';

/** Shared by all parts of one run. */
export interface BenchRun {
  options: BenchOptions;
  /** A temporary folder, removed at the end. */
  folder: string;
  /** Aborted when the run is interrupted. */
  signal: AbortSignal;
  /** Prints the next step to standard error. @throws when the run was interrupted. */
  reportStep(text: string): void;
  /** Stops a server at the end of the run at the latest. */
  register<Registered extends TestServer>(starting: Promise<Registered>): Promise<Registered>;
}

/** A running Paperboy with its subscribers stored. */
export interface BenchDeployment {
  environment: ProcessEnvironment;
  /** The servers, by the names under which their CPU time is reported. */
  servers: Readonly<Record<string, TestServer>>;
  /** Whether the digest of the day is visible. */
  isComposed(): Promise<boolean>;
  /** Starts the processes that send, and waits until they are ready. */
  startWorkers(): Promise<PaperboyProcess[]>;
  /** Makes all deliveries due at one moment, as the hour of all subscribers, and starts a
   *  scheduler. */
  startSchedulerFor(hour: Date): Promise<PaperboyProcess>;
  /** Reads the tables. Call it when no process of Paperboy runs any more. */
  readRows<Value>(read: (query: ReadSql) => Promise<Value>): Promise<Value>;
  /** Bytes of write-ahead log that the database has written so far; null when embedded. */
  readWalBytes(): Promise<number | null>;
  /** Settings of the database that decide how durable a commit is. */
  durability: Readonly<Record<string, string>>;
}
