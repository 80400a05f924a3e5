import type { Config } from '../config.ts';
import type { CommandIo } from '../control/io.ts';
import type { Parts } from '../wiring/parts.ts';

/** What a command has to work with, in its own process or in the running one that it was sent to. */
export interface CommandContext {
  io: CommandIo;
  /** The settings, checked when first asked for. */
  config(): Config;
  /** Opens the parts for the time of `use`, or lends those of the running process. */
  withParts<Result>(use: (parts: Parts) => Promise<Result>): Promise<Result>;
  /** Has mail sent while `use` runs: by the running process's worker, by one of our own when the
   *  database is embedded, or by the workers elsewhere. */
  withWorker<Result>(parts: Parts, use: () => Promise<Result>): Promise<Result>;
  /** Ends the command with another exit code than 0. */
  setExitCode(code: number): void;
}
