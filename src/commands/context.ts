import type { CommandIo } from '../control/io.ts';
import type { Config } from '../settings/config.ts';
import type { App } from '../wiring/app.ts';
import type { Storage } from '../wiring/storage.ts';

/** What a command works with, in its own process or in the running one that it was sent to. */
export interface CommandContext {
  io: CommandIo;
  /** The settings, checked at the first call. @throws PaperboyError `INVALID_SETTINGS`. */
  config(): Config;
  /** Opens database and keys for the time of `action`, or lends those of the running process. For
   *  commands that neither send mail nor enqueue jobs: they load no other library. */
  withStorage<Result>(action: (storage: Storage) => Promise<Result>): Promise<Result>;
  /** Opens the app for the time of `action`, or lends that of the running process. */
  withApp<Result>(action: (app: App) => Promise<Result>): Promise<Result>;
  /** Has mail sent while `action` runs: by the running process's worker, by a worker of this
   *  process when the database is embedded, or by the workers elsewhere. */
  withWorker<Result>(app: App, action: () => Promise<Result>): Promise<Result>;
  /** Ends the command with another exit code than 0. */
  setExitCode(code: number): void;
}
