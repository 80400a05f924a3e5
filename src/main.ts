#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';
import { pino } from 'pino';
import type { CommandContext } from './commands/context.ts';
import { ownContext } from './commands/contexts.ts';
import { demoCommand } from './commands/demo.ts';
import { runProgram } from './commands/program.ts';
import { startCommand } from './commands/start.ts';
import { type Config, loadConfig } from './config.ts';
import { callRunning } from './control/call-running.ts';
import { type CommandIo, ioFrom } from './control/io.ts';
import { readVersion } from './version.ts';
import type { Surroundings } from './wiring.ts';

/** Commands that are never sent to a running process: they are one themselves. */
const STAYING = ['start', 'demo'];

/** Where an address might come into the log with an error or a request. */
const REDACTED = ['email', '*.email', 'to', '*.to', 'err.envelope', 'err.rejected', 'req.headers'];

process.setSourceMapsEnabled(true);
if (existsSync('.env')) process.loadEnvFile('.env');
process.exitCode = await main(
  process.argv.slice(2),
  ioFrom({ ...process, ...terminal(), signal: interrupts(), cwd: process.cwd() }),
);
// Whatever a library left open must not keep a finished command alive.
process.stdout.write('', () => process.exit());

async function main(argv: string[], io: CommandIo): Promise<number> {
  let loaded: Config | undefined;
  const config = () => {
    loaded ??= loadConfig(process.env);
    return loaded;
  };
  const context = ownContext(io, config, () => surroundings(config()));
  const isLocal = argv.length === 0 || STAYING.includes(argv[0] ?? '') || argv.some(asksOnly);
  if (!isLocal) {
    const code = await callIfRunning(argv, io, config);
    if (code !== null) return code;
  }
  return runProgram(argv, context, (full: CommandContext) => [
    startCommand(full),
    demoCommand(full, { env: process.env, surroundings }),
  ]);
}

/** Beside a running embedded process a command goes through it. Null when it is ours to run. */
async function callIfRunning(
  argv: string[],
  io: CommandIo,
  config: () => Config,
): Promise<number | null> {
  try {
    const { databaseUrl, dataDir } = config();
    return databaseUrl === null
      ? await callRunning(dataDir, { argv, version: readVersion() }, io)
      : null;
  } catch (error) {
    await io.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

function asksOnly(word: string): boolean {
  return (
    word === '--help' || word === '-h' || word === '--version' || word === '-V' || word === 'help'
  );
}

function surroundings(config: Config): Surroundings {
  return {
    clock: () => new Date(),
    random: Math.random,
    logger: pino(
      { level: config.logLevel, redact: REDACTED },
      pino.destination({ dest: 2, sync: true }),
    ),
    holder: `${hostname()}:${process.pid}`,
  };
}

function terminal() {
  return { isTerminal: process.stderr.isTTY === true, columns: process.stderr.columns ?? 80 };
}

/** Aborts at the first SIGINT or SIGTERM, which ends the program in order; a second one ends it at once. */
function interrupts(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}
