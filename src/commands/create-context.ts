import type { CommandIo } from '../control/io.ts';
import { startRoles } from '../roles.ts';
import type { Config } from '../settings/config.ts';
import { type App, openApp } from '../wiring/app.ts';
import type { Runtime } from '../wiring/core.ts';
import type { CommandContext } from './context.ts';

type BaseContext = Omit<CommandContext, 'setExitCode'>;

/** For a command in a process of its own: parts are opened for it and closed after it. */
export function createOwnContext(
  io: CommandIo,
  config: () => Config,
  createRuntime: (config: Config) => Runtime,
): BaseContext {
  return {
    io,
    config,
    withApp: async (action) => {
      const app = await openAppForCommand(config(), createRuntime);
      try {
        return await action(app);
      } finally {
        await app.close();
      }
    },
    // Embedded, nobody else can send. On servers workers have their own processes.
    withWorker: async (app, action) => {
      if (!app.isEmbedded) return action();
      const worker = await startRoles(app, ['worker']);
      try {
        return await action();
      } finally {
        await worker.stop();
      }
    },
  };
}

/** For a command sent to a running process: its parts are lent, its worker sends. */
export function createSharedContext(app: App, io: CommandIo): BaseContext {
  return {
    io,
    config: () => app.config,
    withApp: (action) => action(app),
    withWorker: (_app, action) => action(),
  };
}

/** The port of the inbox belongs to `paperboy start`. A command catches mail only when it has the
 *  database, and so the folder of the inbox, for itself: any port does for that. */
function openAppForCommand(
  config: Config,
  createRuntime: (config: Config) => Runtime,
): Promise<App> {
  const catchMail = config.databaseUrl === null;
  return openApp({ ...config, inboxPort: 0 }, createRuntime(config), undefined, {
    catchesMail: catchMail,
  });
}
