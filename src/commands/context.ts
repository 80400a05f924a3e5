import type { CommandIo } from '../control/io.ts';
import type { Config } from '../settings/config.ts';
import type { App } from '../wiring/app.ts';

/** What a command has to work with, in its own process or in the running one that it was sent to. */
export interface CommandContext {
  io: CommandIo;
  /** The settings, checked when first asked for. */
  config(): Config;
  /** Opens the parts for the time of `use`, or lends those of the running process. */
  withApp<Result>(action: (app: App) => Promise<Result>): Promise<Result>;
  /** Has mail sent while `use` runs: by the running process's worker, by one of our own when the
   *  database is embedded, or by the workers elsewhere. */
  withWorker<Result>(app: App, action: () => Promise<Result>): Promise<Result>;
  /** Ends the command with another exit code than 0. */
  setExitCode(code: number): void;
}
