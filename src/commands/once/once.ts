import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { PaperboyError } from '../../domain/errors.ts';
import { InvalidPreferencesError } from '../../domain/subscribers/preferences.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import { type Config, loadConfig } from '../../settings/config.ts';
import {
  createFileError,
  findPreferenceKey,
  type PersonalSetUp,
  parsePersonalFile,
} from '../../settings/personal/personal-file.ts';
import type { CommandContext } from '../context.ts';
import { type CreateRuntime, createOwnContext } from '../create-context.ts';
import { createDateOption } from '../options.ts';
import { printLine } from '../output.ts';
import type { OnceOptions } from './run-once.ts';

type Env = Readonly<Record<string, string | undefined>>;

const DEFAULT_FILES = ['paperboy.yaml', 'paperboy.json'] as const;

const EXAMPLE = new URL('../../../paperboy.example.yaml', import.meta.url);

/** How often to try again to open a data folder that another run has open, and how long, in ms. */
const LOCK_RETRY_MS = 500;
const LOCK_WAIT_MS = 10 * MINUTE_MS;

/** `paperboy once` */
export function createOnceCommand(
  context: CommandContext,
  { env, createRuntime }: { env: Env; createRuntime: CreateRuntime },
): Command {
  return new Command('once')
    .option('--config <file>', `the file to use (default: ${DEFAULT_FILES.join(' or ')})`)
    .addOption(createDateOption('day of the digest (default: today, UTC)'))
    .option('--dry-run', 'fetch and choose, print the text, and send nothing')
    .option('--print <folder>', 'write the message to a folder, as .eml and .html')
    .option('--init', `write an example file, ${DEFAULT_FILES[0]}, and end`)
    .addHelpText(
      'after',
      '\nExit code 0: sent, or nothing to send. 1: the file or a setting is wrong, or no papers could be read. 3: the digest could not be sent, or may have been. 6: it waits for the next run.',
    )
    .action(async (options: OnceOptions & { config?: string; init?: true }) => {
      if (options.init) return writeExample(context, options.config ?? DEFAULT_FILES[0]);
      const setUp = await readPersonalFile(context, env, options.config ?? findDefaultFile());
      const config = loadPersonalConfig(env, setUp);
      const own = createOwnContext(context.io, () => config, createRuntime);
      const { runOnce } = await import('./run-once.ts');
      const run = () =>
        own.withApp(async (app) => {
          context.setExitCode(await runOnce(app, own, setUp, options));
        });
      await waitForFolder(context, run);
    });
}

async function writeExample({ io }: CommandContext, path: string): Promise<void> {
  const { readSeed } = await import('../../wiring/database.ts');
  const topics: { slug: string; name: string }[] = JSON.parse(await readSeed('topics.json'));
  const list = topics.map(({ slug, name }) => `#   ${slug}: ${name}`).join('\n');
  const example = (await readFile(EXAMPLE, 'utf8')).replace('# {topics}', () => list);
  await writeFile(path, example, { flag: 'wx' }).catch((cause) => {
    const { message } = cause as Error;
    throw new PaperboyError('FILE_UNWRITABLE', `${path} was not written: ${message}.`, { cause });
  });
  await printLine(
    io,
    `${path} was written. Put your address and your interests into it, then run “paperboy once”.`,
  );
}

function findDefaultFile(): string {
  const found = DEFAULT_FILES.find((name) => existsSync(name));
  if (found !== undefined) return found;
  throw new PaperboyError(
    'FILE_UNREADABLE',
    `There is no ${DEFAULT_FILES.join(' or ')} in this folder: “paperboy once --init” writes an example.`,
  );
}

async function readPersonalFile(
  { io }: CommandContext,
  env: Env,
  path: string,
): Promise<PersonalSetUp> {
  return parsePersonalFile(await text(io.openFile(path)), {
    folder: dirname(resolve(path)),
    password: env.SMTP_PASSWORD,
  });
}

/** The file's settings replace those of the environment. One message at a time is enough, and the
 *  command says itself what it does. */
function loadPersonalConfig(env: Env, { settings }: PersonalSetUp): Config {
  const defaults = { SMTP_CONNECTIONS: '1', LOG_LEVEL: 'error' };
  return loadConfig({ ...defaults, ...env, ...settings }, { servesSite: false });
}

/** Runs `action` once no other process has the data folder open: two runs at the same time follow
 *  one another. */
async function waitForFolder({ io }: CommandContext, action: () => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (error instanceof InvalidPreferencesError) throw toFileError(error);
      const isLocked = error instanceof PaperboyError && error.code === 'DATA_DIR_LOCKED';
      const hasWaited = performance.now() - startedAt > LOCK_WAIT_MS;
      if (!isLocked || hasWaited || io.signal.aborted) throw error;
      await wait(LOCK_RETRY_MS, undefined, { signal: io.signal }).catch(() => undefined);
    }
  }
}

function toFileError({ problems }: InvalidPreferencesError): PaperboyError {
  return createFileError(
    Object.entries(problems).map(([name, problem]) => `${findPreferenceKey(name)}: ${problem}`),
  );
}
