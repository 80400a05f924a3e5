import { Command, CommanderError } from 'commander';
import { PaperboyError } from '../domain/errors.ts';
import { serializeError } from '../log.ts';
import { readVersion } from '../version.ts';
import type { CommandContext } from './context.ts';
import { createDeliveriesCommand } from './deliveries.ts';
import { createDigestCommand } from './digest.ts';
import { createDoctorCommand } from './doctor/doctor.ts';
import { createMigrateCommand } from './migrate.ts';
import { createPapersCommand } from './papers.ts';
import { createSeedCommand } from './seed.ts';
import { createSubscribersCommand } from './subscribers.ts';

/**
 * Runs a command and returns its exit code. Whatever goes wrong is told on the command's standard
 * error: problems that the caller can mend as they are, others with where they came from.
 * `stay` adds the commands that only a process of their own can run.
 */
export async function runProgram(
  argv: readonly string[],
  context: Omit<CommandContext, 'setExitCode'>,
  createOwnProcessCommands: (context: CommandContext) => Command[] = () => [],
): Promise<number> {
  let exitCode = 0;
  const { io } = context;
  const fullContext: CommandContext = {
    ...context,
    setExitCode: (code) => {
      exitCode = code;
    },
  };
  try {
    await buildProgram(fullContext, createOwnProcessCommands).parseAsync([...argv], {
      from: 'user',
    });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (io.signal.aborted) return 130;
    await io.stderr.write(`${describeError(error)}\n`);
    return 1;
  }
}

const GETTING_STARTED = `
To begin: “paperboy demo” tells the whole story, “paperboy start” runs on this machine alone.
Settings come from the environment and from a file .env in the present folder.
Each command has its own --help.`;

/** The program with all its commands, those of `stay` first. */
export function buildProgram(
  context: CommandContext,
  createOwnProcessCommands: (context: CommandContext) => Command[],
): Command {
  const { io } = context;
  const program = new Command('paperboy')
    .description('Research papers by mail: topics, an hour of one’s own, one click to leave.')
    .version(readVersion())
    .addHelpText('after', GETTING_STARTED);
  const commands = [
    ...createOwnProcessCommands(context),
    createMigrateCommand(context),
    createSeedCommand(context),
    createDoctorCommand(context),
    createPapersCommand(context),
    createDigestCommand(context),
    createDeliveriesCommand(context),
    createSubscribersCommand(context),
  ];
  for (const command of commands) program.addCommand(command);
  const outputConfig = {
    writeOut: (text: string) => void io.stdout.write(text),
    writeErr: (text: string) => void io.stderr.write(text),
    outputError: (text: string, writeText: (text: string) => void) =>
      writeText(sanitiseMessage(text)),
    getOutHelpWidth: () => io.columns,
    getErrHelpWidth: () => io.columns,
  };
  for (const command of [program, ...listDescendants(program)]) {
    command.configureOutput(outputConfig).exitOverride().showHelpAfterError('(--help tells more)');
  }
  return program;
}

const MAX_LINE_CHARACTERS = 400;

/** The library's message shows what was typed, whatever that is: here
 *  shortened in its middle, since what was expected stands at the end. */
function sanitiseMessage(message: string): string {
  const lines = stripControlCharacters(message).split('\n');
  const shortenMiddle = (line: string) =>
    line.length <= MAX_LINE_CHARACTERS
      ? line
      : `${line.slice(0, MAX_LINE_CHARACTERS / 2)} … ${line.slice(-MAX_LINE_CHARACTERS / 2)}`;
  return lines.map(shortenMiddle).join('\n');
}

/** Without what steers a terminal, such as from a file that was taken for a list of papers. */
function stripControlCharacters(message: string): string {
  return message.replace(/[^\P{Cc}\n]+/gu, ' ');
}

function listDescendants(command: Command): Command[] {
  return command.commands.flatMap((each) => [each, ...listDescendants(each)]);
}

/** What a person is told: the sentence of a problem that they can mend, else where it came from. */
export function describeError(error: unknown): string {
  if (error instanceof PaperboyError) return stripControlCharacters(error.message);
  if (!(error instanceof Error)) return String(error);
  const { message, code, stack } = serializeError(error) as Record<string, string | undefined>;
  return [`${error.name}: ${message}`, code && `(${code})`, stack && `\n${stack}`]
    .filter(Boolean)
    .join(' ');
}
