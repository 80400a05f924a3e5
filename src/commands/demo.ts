import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { type Config, loadConfig } from '../config.ts';
import { ROLES, startRoles } from '../roles.ts';
import { openParts, type Surroundings } from '../wiring/parts.ts';
import type { CommandContext } from './context.ts';
import { serveSeedPapers } from './demo-source.ts';
import { tellStory } from './demo-story.ts';
import { say } from './output.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What the demo takes from the process: its environment, less the servers. */
export interface DemoWorld {
  env: Env;
  surroundings: (config: Config) => Surroundings;
}

/** `paperboy demo` */
export function demoCommand(
  { io, setExitCode }: CommandContext,
  { env, surroundings }: DemoWorld,
): Command {
  return new Command('demo')
    .description('the whole story on embedded parts and the seed papers, in a throw-away folder')
    .option('--once', 'end after the story instead of staying up')
    .option(
      '--source',
      'the papers come from a source on this machine that speaks as the real ones do',
    )
    .action(async ({ once: endsAfter, source }: { once?: true; source?: true }) => {
      const server = source ? await serveSeedPapers() : null;
      const dataDir = await mkdtemp(join(tmpdir(), 'paperboy-demo-'));
      try {
        const config = loadConfig({ ...(await demoEnv(env, dataDir)), ...server?.settings });
        const parts = await openParts(config, surroundings(config));
        try {
          const running = await startRoles(parts, ROLES);
          try {
            await tellStory(parts, io, { fromSource: source === true });
            if (endsAfter) return;
            await say(io, '\nIt stays up until Ctrl-C:');
            await say(io, `  site      ${config.publicUrl}/`);
            await say(io, `  inbox     ${config.publicUrl}/inbox`);
            await say(io, `  API docs  ${config.publicUrl}/docs`);
            if (!io.signal.aborted) await once(io.signal, 'abort');
          } finally {
            await running.stop();
          }
        } finally {
          await parts.close();
        }
      } finally {
        await server?.close();
        await rm(dataDir, { recursive: true, force: true });
      }
      setExitCode(0);
    });
}

/** The demo has parts of its own: servers that are set are left alone. */
async function demoEnv(env: Env, dataDir: string): Promise<Env> {
  const port = (await findFreePort(Number(env.PORT) || 3000)) ?? (await findFreePort(0)) ?? 0;
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => KEPT.includes(name)));
  return {
    LOG_LEVEL: 'warn',
    ...kept,
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: String(port),
    INBOX_PORT: '0',
    // The story says itself what is fetched and when.
    SOURCES: 'none',
  };
}

const KEPT = ['LOG_LEVEL', 'SITE_NAME'];

/** The port if it can be had (any free one for 0), or null. */
async function findFreePort(port: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return null;
  } finally {
    server.close();
  }
}
