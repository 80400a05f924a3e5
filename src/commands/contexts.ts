import type { Config } from '../config.ts';
import type { CommandIo } from '../control/io.ts';
import { startRoles } from '../roles.ts';
import { openParts, type Parts, type Surroundings } from '../wiring/parts.ts';
import type { CommandContext } from './context.ts';

type Context = Omit<CommandContext, 'setExitCode'>;

/** For a command in a process of its own: parts are opened for it and closed after it. */
export function ownContext(
  io: CommandIo,
  config: () => Config,
  surroundings: (config: Config) => Surroundings,
): Context {
  return {
    io,
    config,
    withParts: async (use) => {
      const parts = await openForCommand(config(), surroundings);
      try {
        return await use(parts);
      } finally {
        await parts.close();
      }
    },
    // Embedded, nobody else can send. On servers workers have their own processes.
    withWorker: async (parts, use) => {
      if (parts.lock === null) return use();
      const worker = await startRoles(parts, ['worker']);
      try {
        return await use();
      } finally {
        await worker.stop();
      }
    },
  };
}

/** For a command sent to a running process: its parts are lent, its worker sends. */
export function lentContext(parts: Parts, io: CommandIo): Context {
  return {
    io,
    config: () => parts.config,
    withParts: (use) => use(parts),
    withWorker: (_parts, use) => use(),
  };
}

/** The port of the inbox belongs to `paperboy start`. A command catches mail only when it has the
 *  database, and so the folder of the inbox, for itself: any port does for that. */
function openForCommand(
  config: Config,
  surroundings: (config: Config) => Surroundings,
): Promise<Parts> {
  const catchMail = config.databaseUrl === null;
  return openParts({ ...config, inboxPort: 0 }, surroundings(config), undefined, { catchMail });
}
