/**
 * `npm run bench -- --subscribers N …`: sends real digests through the built program and measures
 * it. Prints one line of JSON to standard output, and progress to standard error. It starts its own
 * servers and removes them. `--help` lists the options.
 *
 * - `environment/` starts the servers, the sink and Paperboy, and reads /proc.
 * - `subscribers/` stores subscribers and old deliveries.
 * - `pages/` (`npm run bench:pages`) measures web pages.
 * - `relevance/` (`npm run evaluate`) measures how well papers are chosen; `selection.ts` (`npm run
 *   bench:choosing`) how fast, and `composing.ts` (`npm run bench:composing`) how fast a mail is
 *   made.
 * - `profile/` summarises CPU profiles.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killAll } from '../processes/support/paperboy.ts';
import { hasPostgres } from '../servers/postgres.ts';
import { hasRedis } from '../servers/redis.ts';
import { abortOnSignals } from '../support/abort-on-signals.ts';
import { type BenchOptions, HELP, parseArguments } from './arguments.ts';
import { runBench } from './bench.ts';
import type { BenchRun } from './environment/deployment.ts';
import { findPostfixTools } from './environment/smtp-sink.ts';

process.exitCode = await main(process.argv.slice(2), abortOnSignals());

async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const parsed = parseArguments(argv);
  if (parsed.kind === 'help') {
    console.log(HELP);
    return 0;
  }
  if (parsed.kind === 'wrong') {
    console.error(`${parsed.problems.join('\n')}\nMore: npm run bench -- --help`);
    return 2;
  }
  const tools = findPostfixTools();
  const missing = missingPrograms(parsed.options);
  if (tools === null || missing.length > 0) {
    console.error(
      `Not found: ${[...(tools ? [] : ['smtp-sink and smtp-source (Debian: postfix)']), ...missing].join('; ')}.`,
    );
    return 1;
  }
  return measure(parsed.options, tools, signal);
}

function missingPrograms({ isEmbedded, queue }: BenchOptions): string[] {
  return [
    ...(isEmbedded || hasPostgres() ? [] : ['PostgreSQL (Debian: postgresql)']),
    ...(queue !== 'redis' || hasRedis() ? [] : ['Redis (Debian: redis-server)']),
  ];
}

async function measure(
  options: BenchOptions,
  tools: { sink: string; source: string },
  signal: AbortSignal,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'paperboy-bench-'));
  const stops: (() => Promise<void>)[] = [];
  const register: BenchRun['register'] = async (starting) => {
    const server = await starting;
    stops.push(server.stop);
    return server;
  };
  signal.addEventListener('abort', () => void killAll());
  try {
    const report = await runBench(
      { options, folder, signal, reportStep: createStepReporter(signal), register },
      tools,
    );
    console.log(JSON.stringify(report));
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await killAll();
    for (const stop of stops.reverse()) await stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Prints each step with the seconds since the start. */
function createStepReporter(signal: AbortSignal): BenchRun['reportStep'] {
  const startedAt = performance.now();
  return (text) => {
    signal.throwIfAborted();
    const seconds = (performance.now() - startedAt) / 1000;
    console.error(`${seconds.toFixed(1).padStart(7)} s  ${text}`);
  };
}
