import { callRunning } from '../control/call-running.ts';
import type { CommandIo } from '../control/io.ts';
import { lazy } from '../domain/memoise.ts';
import { type Config, loadConfig } from '../settings/config.ts';
import { readVersion } from '../version.ts';
import { type CreateRuntime, createOwnContext } from './create-context.ts';
import { describeError, type LazyCommand, runProgram } from './program.ts';

/** The process's own values. */
interface ProcessInfo {
  env: Readonly<Record<string, string | undefined>>;
  /** Name of the process among others, such as `host:pid`. */
  instanceId: string;
}

/** Commands that are never sent to a running process: those that are that process, and one that
 *  computes for minutes and needs nothing of it. */
const OWN_PROCESS_COMMANDS = ['start', 'demo', 'evaluate'];

/** Arguments that ask for help, the version, an example or the meaning of a relay's reply: none
 *  needs data. */
const INFORMATIONAL_ARGS = ['--help', '-h', '--version', '-V', 'help', '--reply', '--init'];

/**
 * Runs the arguments after `paperboy` and returns the exit code. When an embedded process runs, it
 * runs the command: two processes on one embedded database would lose data.
 */
export async function runCommandLine(
  argv: string[],
  io: CommandIo,
  { env, instanceId }: ProcessInfo,
): Promise<number> {
  const config = lazy(() => loadConfig(env));
  const createRuntime: CreateRuntime = async ({ logLevel }) => {
    const { createLogger } = await import('../log.ts');
    const logger = createLogger(logLevel);
    return {
      clock: () => new Date(),
      isSystemClock: true,
      random: Math.random,
      logger,
      instanceId,
    };
  };
  const args = argv.length === 0 ? ['--help'] : argv;
  if (needsData(args)) {
    const code = await callRunningProcess(args, io, config);
    if (code !== null) return code;
  }
  const context = createOwnContext(io, config, createRuntime);
  return runProgram(args, context, listOwnProcessCommands(env, createRuntime));
}

function listOwnProcessCommands(
  env: ProcessInfo['env'],
  createRuntime: CreateRuntime,
): LazyCommand[] {
  return [
    {
      name: 'start',
      description: 'run until interrupted: site and API, email, schedules',
      load: async () => {
        const { createStartCommand } = await import('./start.ts');
        return (context) => createStartCommand(context, createRuntime);
      },
    },
    {
      name: 'once',
      description: 'fetch, choose and send your own digest, and end: for cron, without a site',
      load: async () => {
        const { createOnceCommand } = await import('./once/once.ts');
        return (context) => createOnceCommand(context, { env, createRuntime });
      },
    },
    {
      name: 'demo',
      description: 'show everything with the example papers, in a temporary folder',
      load: async () => {
        const { createDemoCommand } = await import('./demo/demo.ts');
        return (context) => createDemoCommand(context, { env, createRuntime });
      },
    },
    {
      name: 'evaluate',
      description: 'measure how well papers are chosen for readers whose choices are known',
      load: async () => (await import('./evaluate.ts')).createEvaluateCommand,
    },
  ];
}

function needsData(args: readonly string[]): boolean {
  return (
    !OWN_PROCESS_COMMANDS.includes(args[0] ?? '') &&
    !args.some((arg) => INFORMATIONAL_ARGS.includes(arg))
  );
}

/** Null when no process runs, or when invalid settings hide where: this process then runs the
 *  command, which reports those settings. */
async function callRunningProcess(
  argv: string[],
  io: CommandIo,
  config: () => Config,
): Promise<number | null> {
  const settings = loadConfigIfValid(config);
  if (settings === null || settings.databaseUrl !== null) return null;
  try {
    return await callRunning(settings.dataDir, { argv, version: readVersion() }, io);
  } catch (error) {
    await io.stderr.write(`${describeError(error)}\n`);
    return 1;
  }
}

function loadConfigIfValid(config: () => Config): Config | null {
  try {
    return config();
  } catch {
    return null;
  }
}
