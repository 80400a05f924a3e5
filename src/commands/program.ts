import { Command, CommanderError } from 'commander';
import { PaperboyError } from '../domain/errors.ts';
import { serializeError } from '../domain/serialize-error.ts';
import { readVersion } from '../version.ts';
import type { CommandContext } from './context.ts';

/** A command whose code is loaded only when it runs or explains itself. */
export interface LazyCommand {
  name: string;
  description: string;
  load(): Promise<(context: CommandContext) => Command>;
}

/** The commands that run in any process. */
const COMMANDS: readonly LazyCommand[] = [
  {
    name: 'migrate',
    description: 'create or upgrade the tables; safe to run from several processes at once',
    load: async () => (await import('./migrate.ts')).createMigrateCommand,
  },
  {
    name: 'seed',
    description: 'store the topics and the 49 example papers that come with Paperboy',
    load: async () => (await import('./seed.ts')).createSeedCommand,
  },
  {
    name: 'doctor',
    description:
      'check settings, database, queue, relay, clock, disk, sources and DNS; no email is sent',
    load: async () => (await import('./doctor/doctor.ts')).createDoctorCommand,
  },
  {
    name: 'topics',
    description: 'list the topics, or load another set of them',
    load: async () => (await import('./topics.ts')).createTopicsCommand,
  },
  {
    name: 'papers',
    description: 'import papers, or fetch them from a source',
    load: async () => (await import('./papers.ts')).createPapersCommand,
  },
  {
    name: 'digest',
    description: 'compose, send, preview, pause and cancel digests',
    load: async () => (await import('./digest.ts')).createDigestCommand,
  },
  {
    name: 'deliveries',
    description: 'list single deliveries of a digest, or send them again',
    load: async () => (await import('./deliveries.ts')).createDeliveriesCommand,
  },
  {
    name: 'subscribers',
    description: 'import, export or erase subscribers',
    load: async () => (await import('./subscribers.ts')).createSubscribersCommand,
  },
  {
    name: 'feedback',
    description: 'say which papers should be followed by more or fewer of their kind',
    load: async () => (await import('./feedback.ts')).createFeedbackCommand,
  },
];

/**
 * Runs a command and returns its exit code. Prints every error to the command's standard error:
 * a problem that the caller can fix as its message, any other with its stack.
 * `ownProcessCommands` are those that never run in a process that serves others.
 */
export async function runProgram(
  argv: readonly string[],
  context: Omit<CommandContext, 'setExitCode'>,
  ownProcessCommands: readonly LazyCommand[] = [],
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
    const commands = [...ownProcessCommands, ...COMMANDS];
    const program = await buildProgram(fullContext, commands, (name) => argv.includes(name));
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (io.signal.aborted) return 130;
    await io.stderr.write(`${describeError(error)}\n`);
    return 1;
  }
}

const GETTING_STARTED = `
To begin: “paperboy demo” shows everything with example papers, “paperboy start” runs on this machine alone.
Settings come from the environment and from the file .env in the current folder.
Each command has its own --help.`;

/** The program with all commands. A command that is not loaded has only name and description. */
export async function buildProgram(
  context: CommandContext,
  commands: readonly LazyCommand[] = COMMANDS,
  shouldLoad: (name: string) => boolean = () => true,
): Promise<Command> {
  const { io } = context;
  const program = new Command('paperboy')
    .description('Research papers by email: topics, a time of day, one click to unsubscribe.')
    .version(readVersion())
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', GETTING_STARTED);
  for (const { name, description, load } of commands) {
    const command = shouldLoad(name) ? (await load())(context) : new Command(name);
    program.addCommand(command.description(description));
  }
  const outputConfig = {
    writeOut: (text: string) => void io.stdout.write(text),
    writeErr: (text: string) => void io.stderr.write(text),
    outputError: (text: string, writeText: (text: string) => void) =>
      writeText(sanitiseMessage(text)),
    getOutHelpWidth: () => io.columns,
    getErrHelpWidth: () => io.columns,
  };
  for (const command of [program, ...listDescendants(program)]) {
    command.configureOutput(outputConfig).exitOverride().showHelpAfterError('(see --help)');
  }
  return program;
}

const MAX_LINE_CHARACTERS = 400;

/** Commander's message repeats what was typed, however long. Shortens its middle, because it ends
 *  with what was expected. */
function sanitiseMessage(message: string): string {
  const lines = stripControlCharacters(message).split('\n');
  const shortenMiddle = (line: string) =>
    line.length <= MAX_LINE_CHARACTERS
      ? line
      : `${line.slice(0, MAX_LINE_CHARACTERS / 2)} … ${line.slice(-MAX_LINE_CHARACTERS / 2)}`;
  return lines.map(shortenMiddle).join('\n');
}

/** Removes terminal control characters, such as those of a binary file imported by mistake. */
function stripControlCharacters(message: string): string {
  return message.replace(/[^\P{Cc}\n]+/gu, ' ');
}

function listDescendants(command: Command): Command[] {
  return command.commands.flatMap((each) => [each, ...listDescendants(each)]);
}

/** The message of a `PaperboyError`, also when it is the cause, as of a query after the embedded
 *  database stopped; of any other error its name, message and stack. */
export function describeError(error: unknown): string {
  const known = error instanceof PaperboyError ? error : Object(error).cause;
  if (known instanceof PaperboyError) return stripControlCharacters(known.message);
  if (!(error instanceof Error)) return String(error);
  const { message, code, stack } = serializeError(error) as Record<string, string | undefined>;
  return [`${error.name}: ${message}`, code && `(${code})`, stack && `\n${stack}`]
    .filter(Boolean)
    .join(' ');
}
