import { once } from 'node:events';
import { Argument, Command } from 'commander';
import type { Config } from '../config.ts';
import type { CommandIo } from '../control/io.ts';
import { serveCommands } from '../control/serve-commands.ts';
import { PaperboyError } from '../domain/errors.ts';
import { ROLES, type Role, startRoles } from '../roles.ts';
import { readVersion } from '../version.ts';
import { openParts, type Parts, type Surroundings } from '../wiring/parts.ts';
import type { CommandContext } from './context.ts';
import { lentContext } from './contexts.ts';
import { say } from './output.ts';
import { runProgram } from './program.ts';

/** `paperboy start [role]` */
export function startCommand(
  { io, config }: CommandContext,
  surroundings: (config: Config) => Surroundings,
): Command {
  return new Command('start')
    .addArgument(
      new Argument('[role]', 'one role alone (default: all of them)').choices([...ROLES]),
    )
    .description('run until interrupted: site and API, mail, schedules')
    .action(async (role?: Role) => {
      checkRole(config(), role);
      if (io.isTerminal) await io.stderr.write('Starting; the first time takes a few seconds.\n');
      const parts = await openParts(config(), surroundings(config()));
      try {
        await runUntilStopped(io, parts, role ? [role] : ROLES);
      } finally {
        await parts.close();
      }
    });
}

function checkRole(config: Config, role: Role | undefined): void {
  if (role === undefined) return;
  const missing = [
    ...(config.databaseUrl === null ? ['DATABASE_URL'] : []),
    ...(config.smtpUrls.length === 0 ? ['SMTP_URL'] : []),
  ];
  if (missing.length === 0) return;
  throw new PaperboyError(
    'ROLE_NEEDS_SERVERS',
    `The role “${role}” alone needs ${missing.join(' and ')}: embedded parts live in one process with all roles. Set ${missing.length > 1 ? 'them' : 'it'}, or run “paperboy start”.`,
  );
}

async function runUntilStopped(io: CommandIo, parts: Parts, roles: readonly Role[]): Promise<void> {
  const running = await startRoles(parts, roles);
  const commands = parts.lock
    ? serveCommands({
        lock: parts.lock,
        version: readVersion(),
        run: ({ argv }, callerIo) => runProgram(argv, lentContext(parts, callerIo)),
      })
    : null;
  try {
    await say(io, describeRunning(parts, roles, running.address).join('\n'));
    if (!io.signal.aborted) await once(io.signal, 'abort');
    await say(io, 'Stopping: what is in hand is finished first.');
  } finally {
    await commands?.close();
    await running.stop();
  }
}

function describeRunning(
  { config, inbox }: Parts,
  roles: readonly Role[],
  address: { host: string; port: number } | null,
): string[] {
  return [
    `Paperboy ${readVersion()} runs: ${roles.join(', ')}.`,
    ...(address
      ? [`  site      ${config.publicUrl}/`, `  API docs  ${config.publicUrl}/docs`]
      : []),
    ...(address && inbox
      ? [`  inbox     ${config.publicUrl}/inbox  (mail is caught here; SMTP_URL is not set)`]
      : []),
    ...(config.databaseUrl === null ? [`  data      ${config.dataDir}`] : []),
  ];
}
