import type { CommandIo } from '../control/io.ts';
import type { Config } from '../settings/config.ts';
import type { App } from '../wiring/app.ts';
import type { Runtime } from '../wiring/core.ts';
import type { CommandContext } from './context.ts';

type BaseContext = Omit<CommandContext, 'setExitCode'>;

export type CreateRuntime = (config: Config) => Promise<Runtime>;

/** For a command in a process of its own: opens what the command needs and closes it afterwards. */
export function createOwnContext(
  io: CommandIo,
  config: () => Config,
  createRuntime: CreateRuntime,
): BaseContext {
  return {
    io,
    config,
    withStorage: async (action) => {
      const settings = config();
      const { withStorage } = await import('../wiring/storage.ts');
      return withStorage(settings, () => new Date(), action);
    },
    withApp: async (action) => {
      const app = await openAppForCommand(config(), createRuntime);
      try {
        return await action(app);
      } finally {
        await app.close();
      }
    },
    // With an embedded database no other process can send. On servers the workers do.
    withWorker: async (app, action) => {
      if (!app.isEmbedded) return action();
      const { startRoles } = await import('../roles.ts');
      const worker = await startRoles(app, ['worker']);
      try {
        return await action();
      } finally {
        await worker.stop();
      }
    },
  };
}

/** For a command sent to a running process, which lends its app and whose worker sends. */
export function createSharedContext(app: App, io: CommandIo): BaseContext {
  return {
    io,
    config: () => app.config,
    withStorage: (action) => action(app),
    withApp: (action) => action(app),
    withWorker: (_app, action) => action(),
  };
}

/** The port of the inbox belongs to `paperboy start`. A command catches mail only when it has the
 *  database, and so the folder of the inbox, to itself: any port does for that. */
async function openAppForCommand(config: Config, createRuntime: CreateRuntime): Promise<App> {
  const { openApp } = await import('../wiring/app.ts');
  return openApp({ ...config, inboxPort: 0 }, await createRuntime(config), undefined, {
    catchesMail: config.databaseUrl === null,
  });
}
