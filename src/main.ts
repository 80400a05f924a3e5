import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runCommandLine } from './commands/command-line.ts';
import { createCommandIo } from './control/io.ts';

process.setSourceMapsEnabled(true);
// By default V8 lets the heap grow to four times the live objects before a major collection.
setFlagsFromString('--heap-growing-percent=85');
if (existsSync('.env')) process.loadEnvFile('.env');
process.exitCode = await runCommandLine(
  process.argv.slice(2),
  createCommandIo({
    ...process,
    ...describeTerminal(),
    signal: createInterruptSignal(),
    cwd: process.cwd(),
  }),
  { env: process.env, instanceId: `${hostname()}:${process.pid}` },
);
// A handle that a library left open must not keep a finished command alive.
process.stdout.write('', () => process.exit());

function describeTerminal() {
  return { isTerminal: process.stderr.isTTY === true, columns: process.stderr.columns ?? 80 };
}

/** Aborts at the first SIGINT or SIGTERM, so that the program shuts down in order; a second signal
 *  ends it at once. */
function createInterruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}
