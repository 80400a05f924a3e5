import { once } from 'node:events';
import { Argument, Command } from 'commander';
import type { CommandIo } from '../control/io.ts';
import { serveCommands } from '../control/serve-commands.ts';
import { readServerSettings } from '../db/monitoring/server-settings.ts';
import { PaperboyError } from '../domain/errors.ts';
import { assessServerSettings } from '../domain/monitoring/server-settings.ts';
import { ROLES, type Role, startRoles } from '../roles.ts';
import type { Config } from '../settings/config.ts';
import { readVersion } from '../version.ts';
import { type App, openApp } from '../wiring/app.ts';
import type { CommandContext } from './context.ts';
import { type CreateRuntime, createSharedContext } from './create-context.ts';
import { printLine } from './output.ts';
import { type LazyCommand, runProgram } from './program.ts';

/** `paperboy start [role]` */
export function createStartCommand(
  { io, config }: CommandContext,
  createRuntime: CreateRuntime,
): Command {
  return new Command('start')
    .addArgument(new Argument('[role]', 'one role only (default: all)').choices([...ROLES]))
    .action(async (role?: Role) => {
      assertRoleCanRun(config(), role);
      if (io.isTerminal) await io.stderr.write('Starting. The first start takes a few seconds.\n');
      const app = await openApp(config(), await createRuntime(config()));
      try {
        await runUntilStopped(io, app, role ? [role] : ROLES);
      } finally {
        await app.close();
      }
    });
}

/** @throws the reason when the embedded database stopped by itself. */
async function waitUntilStopped(io: CommandIo, { database }: App): Promise<void> {
  if (io.signal.aborted) return;
  const stopped = database.stopped ?? new Promise<never>(() => undefined);
  await Promise.race([
    once(io.signal, 'abort'),
    stopped.then((reason) => {
      throw reason;
    }),
  ]);
}

function assertRoleCanRun(config: Config, role: Role | undefined): void {
  if (role === undefined) return;
  const missing = [
    ...(config.databaseUrl === null ? ['DATABASE_URL'] : []),
    ...(config.smtpUrls.length === 0 ? ['SMTP_URL'] : []),
  ];
  if (missing.length === 0) return;
  throw new PaperboyError(
    'ROLE_NEEDS_SERVERS',
    `The role “${role}” alone needs ${missing.join(' and ')}: an embedded database or inbox works only in one process with all roles. Set ${missing.length > 1 ? 'them' : 'it'}, or run “paperboy start”.`,
  );
}

/** “paperboy once” in the data folder of a process that does the same by itself. */
const REFUSED_ONCE: LazyCommand = {
  name: 'once',
  description: 'not while Paperboy runs',
  load: async () => () =>
    new Command('once')
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw new PaperboyError(
          'ALREADY_RUNNING',
          '“paperboy start” has this data folder open and sends the digests by itself. Stop it, or set DATA_DIR to another folder for “paperboy once”.',
        );
      }),
};

async function runUntilStopped(io: CommandIo, app: App, roles: readonly Role[]): Promise<void> {
  if (app.config.databaseUrl !== null) await logServerWarnings(app);
  const running = await startRoles(app, roles);
  const commands = app.dataDirLock
    ? serveCommands({
        lock: app.dataDirLock,
        version: readVersion(),
        run: ({ argv }, callerIo) =>
          runProgram(argv, createSharedContext(app, callerIo), [REFUSED_ONCE]),
      })
    : null;
  try {
    await printLine(io, describeRunning(app, roles, running.address).join('\n'));
    await waitUntilStopped(io, app);
    await printLine(io, 'Stopping: work in progress is finished first.');
  } finally {
    await commands?.close();
    await running.stop();
  }
}

/** Says at the start which settings of the server endanger what is sent. */
async function logServerWarnings({ db, logger }: App): Promise<void> {
  try {
    for (const { message, remedy } of assessServerSettings(await readServerSettings(db)))
      logger.warn({ remedy }, message);
  } catch (err) {
    logger.warn({ err }, 'settings of the database server not read');
  }
}

function describeRunning(
  { config, inbox }: App,
  roles: readonly Role[],
  address: { host: string; port: number } | null,
): string[] {
  return [
    `Paperboy ${readVersion()} runs: ${roles.join(', ')}.`,
    ...(address
      ? [`  site      ${config.publicUrl}/`, `  API docs  ${config.publicUrl}/docs`]
      : []),
    ...(address && inbox
      ? [`  inbox     ${config.publicUrl}/inbox  (email is caught here; SMTP_URL is not set)`]
      : []),
    ...(config.databaseUrl === null ? [`  data      ${config.dataDir}`] : []),
  ];
}
