/**
 * `npm run test:services [-- --results FOLDER]`: runs the tests that use a database on PostgreSQL
 * and Redis, then those of the queue on PostgreSQL alone, then the long tests and those of whole
 * processes on both. It uses the servers of TEST_DATABASE_URL and TEST_REDIS_URL, or starts its
 * own and removes them at the end. With --results it also writes vitest's JSON reports to the
 * folder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { abortOnSignals } from '../support/abort-on-signals.ts';
import { hasPostgres, startPostgres } from './postgres.ts';
import type { TestServer } from './programs.ts';
import { hasRedis, startRedis } from './redis.ts';

const VITEST = 'node_modules/vitest/vitest.mjs';
const LONG_TESTS = 'test/long.config.ts';
/** The others do not notice where the queue is. */
const QUEUE_TESTS = ['test/commands/', 'test/jobs/', 'test/queue/', 'test/wiring/'];
const PROCESS_TESTS = 'test/processes/vitest.config.ts';

process.exitCode = await main(abortOnSignals());

async function main(signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({ options: { results: { type: 'string' } } });
  const missing = missingPrograms();
  if (missing.length > 0) {
    console.error(missing.join('\n'));
    return 1;
  }
  const servers: TestServer[] = [];
  try {
    const database = await urlOrStart('TEST_DATABASE_URL', () => startPostgres(), servers);
    const redis = await urlOrStart('TEST_REDIS_URL', startRedis, servers);
    return await runSuites(suitesOn(database, redis), values.results ?? null, signal);
  } finally {
    for (const server of servers.reverse()) await server.stop();
  }
}

function missingPrograms(): string[] {
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
  return [
    ...(TEST_DATABASE_URL || hasPostgres()
      ? []
      : [
          'PostgreSQL was not found, on the PATH or in /usr/lib/postgresql. Install it (Debian: apt-get install postgresql), or name a server in TEST_DATABASE_URL.',
        ]),
    ...(TEST_REDIS_URL || hasRedis()
      ? []
      : [
          'Redis was not found on the PATH. Install it (Debian: apt-get install redis-server), or name a server in TEST_REDIS_URL.',
        ]),
  ];
}

/** URL of the server that the variable names, or of a new one. */
async function urlOrStart(
  name: string,
  start: () => Promise<TestServer>,
  servers: TestServer[],
): Promise<string> {
  const url = process.env[name];
  if (url) {
    console.log(`${name} names the server.`);
    return url;
  }
  const server = await start();
  servers.push(server);
  console.log(`Started ${server.name}: ${server.url}`);
  return server.url;
}

interface Suite {
  title: string;
  file: string;
  command: readonly string[];
  env: NodeJS.ProcessEnv;
}

function suitesOn(database: string, redis: string): Suite[] {
  const { TEST_REDIS_URL: _none, ...env } = process.env;
  const onDatabase = { ...env, TEST_DATABASE_URL: database };
  const onBoth = { ...onDatabase, TEST_REDIS_URL: redis };
  const vitest = [process.execPath, VITEST, 'run'];
  const withDatabase = [...vitest, '--project', 'database'];
  return [
    { title: 'PostgreSQL and Redis', file: 'both.json', command: withDatabase, env: onBoth },
    {
      title: 'PostgreSQL alone',
      file: 'database.json',
      command: [...withDatabase, ...QUEUE_TESTS],
      env: onDatabase,
    },
    {
      title: 'long tests',
      file: 'long.json',
      command: [...vitest, '--config', LONG_TESTS, '--exclude', 'test/commands/evaluate*'],
      env: onBoth,
    },
    ...(existsSync(PROCESS_TESTS)
      ? [
          {
            title: 'whole processes',
            file: 'processes.json',
            command: ['npm', 'run', '--silent', 'test:processes', '--'],
            env: onBoth,
          },
        ]
      : []),
  ];
}

/** Runs all suites, even after one failed. Returns the exit code. */
async function runSuites(
  suites: readonly Suite[],
  results: string | null,
  signal: AbortSignal,
): Promise<number> {
  const failed: string[] = [];
  for (const suite of suites) {
    if (signal.aborted) return 130;
    console.log(`\n— ${suite.title}`);
    if (!(await runSuite(suite, results, signal))) failed.push(suite.title);
  }
  if (signal.aborted) return 130;
  console.log(failed.length === 0 ? '\nAll passed.' : `\nFailed: ${failed.join('; ')}.`);
  return failed.length === 0 ? 0 : 1;
}

async function runSuite(
  { command: [program = '', ...args], file, env }: Suite,
  results: string | null,
  signal: AbortSignal,
): Promise<boolean> {
  const reports = results === null ? [] : reportTo(join(results, file));
  const child = spawn(program, [...args, ...reports], { env, stdio: 'inherit' });
  const interrupt = () => child.kill('SIGINT');
  signal.addEventListener('abort', interrupt);
  const [code] = await once(child, 'exit');
  signal.removeEventListener('abort', interrupt);
  return code === 0;
}

function reportTo(path: string): string[] {
  return ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`];
}
