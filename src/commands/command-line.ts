import { type Config, loadConfig } from '../config.ts';
import { callRunning } from '../control/call-running.ts';
import type { CommandIo } from '../control/io.ts';
import { openLog } from '../log.ts';
import { readVersion } from '../version.ts';
import type { Surroundings } from '../wiring/parts.ts';
import { ownContext } from './contexts.ts';
import { demoCommand } from './demo.ts';
import { describeError, runProgram } from './program.ts';
import { startCommand } from './start.ts';

/** What a process knows of itself. */
export interface ProcessWorld {
  env: Readonly<Record<string, string | undefined>>;
  /** Names the process to others, such as `host:pid`. */
  holder: string;
}

/** Commands that are never sent to a running process: they are one themselves. */
const STAYING = ['start', 'demo'];

/** Words that ask about Paperboy, or what a relay's reply means; whoever answers needs no data. */
const ASKING = ['--help', '-h', '--version', '-V', 'help', '--reply'];

/**
 * Runs the words after `paperboy` and returns the exit code. Beside a running embedded process a
 * command goes through that one: two processes on one embedded database would lose data.
 */
export async function runCommandLine(
  argv: string[],
  io: CommandIo,
  { env, holder }: ProcessWorld,
): Promise<number> {
  const config = once(() => loadConfig(env));
  const surroundings = (settings: Config): Surroundings => ({
    clock: () => new Date(),
    random: Math.random,
    logger: openLog(settings.logLevel),
    holder,
  });
  const words = argv.length === 0 ? ['--help'] : argv;
  if (needsData(words)) {
    const code = await callIfRunning(words, io, config);
    if (code !== null) return code;
  }
  return runProgram(words, ownContext(io, config, surroundings), (context) => [
    startCommand(context, surroundings),
    demoCommand(context, { env, surroundings }),
  ]);
}

function needsData(words: readonly string[]): boolean {
  return !STAYING.includes(words[0] ?? '') && !words.some((word) => ASKING.includes(word));
}

/** Null when no process runs, or none can be found: the command is then ours to run, and tells
 *  which settings are wrong. */
async function callIfRunning(
  argv: string[],
  io: CommandIo,
  config: () => Config,
): Promise<number | null> {
  const settings = unlessInvalid(config);
  if (settings === null || settings.databaseUrl !== null) return null;
  try {
    return await callRunning(settings.dataDir, { argv, version: readVersion() }, io);
  } catch (error) {
    await io.stderr.write(`${describeError(error)}\n`);
    return 1;
  }
}

function unlessInvalid(config: () => Config): Config | null {
  try {
    return config();
  } catch {
    return null;
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
