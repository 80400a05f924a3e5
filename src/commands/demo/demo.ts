import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { ROLES, startRoles } from '../../roles.ts';
import { loadConfig } from '../../settings/config.ts';
import { openApp } from '../../wiring/app.ts';
import type { CommandContext } from '../context.ts';
import type { CreateRuntime } from '../create-context.ts';
import { printLine } from '../output.ts';
import { runDemoScenario } from './demo-scenario.ts';
import { serveSeedPapers } from './demo-source.ts';

type DemoEnv = Readonly<Record<string, string | undefined>>;

/** The values of the process that the demo uses. */
interface DemoDeps {
  env: DemoEnv;
  createRuntime: CreateRuntime;
}

/** `paperboy demo` */
export function createDemoCommand(
  { io, setExitCode }: CommandContext,
  { env, createRuntime }: DemoDeps,
): Command {
  return new Command('demo')
    .option('--once', 'end after the demo instead of running until Ctrl-C')
    .option(
      '--source',
      'fetch the papers from a server on this machine that answers as Hugging Face and arXiv do',
    )
    .action(async ({ once: exitAfterRun, source }: { once?: true; source?: true }) => {
      const server = source ? await serveSeedPapers() : null;
      const dataDir = await mkdtemp(join(tmpdir(), 'paperboy-demo-'));
      try {
        const config = loadConfig({ ...(await createDemoEnv(env, dataDir)), ...server?.settings });
        const app = await openApp(config, await createRuntime(config));
        try {
          const running = await startRoles(app, ROLES);
          try {
            await runDemoScenario(app, io, { fromSource: source === true });
            if (exitAfterRun) return;
            await printLine(io, '\nThe demo runs until Ctrl-C:');
            await printLine(io, `  site      ${config.publicUrl}/`);
            await printLine(io, `  inbox     ${config.publicUrl}/inbox`);
            await printLine(io, `  API docs  ${config.publicUrl}/docs`);
            if (!io.signal.aborted) await once(io.signal, 'abort');
          } finally {
            await running.stop();
          }
        } finally {
          await app.close();
        }
      } finally {
        await server?.close();
        await rm(dataDir, { recursive: true, force: true });
      }
      setExitCode(0);
    });
}

/** The settings of the demo, which uses none of the servers that are set. */
async function createDemoEnv(env: DemoEnv, dataDir: string): Promise<DemoEnv> {
  const port = (await findFreePort(Number(env.PORT) || 3000)) ?? (await findFreePort(0)) ?? 0;
  const inherited = Object.fromEntries(
    Object.entries(env).filter(([name]) => INHERITED_SETTINGS.includes(name)),
  );
  return {
    LOG_LEVEL: 'warn',
    ...inherited,
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: String(port),
    INBOX_PORT: '0',
    // The scenario fetches the papers itself.
    SOURCES: 'none',
  };
}

const INHERITED_SETTINGS = ['LOG_LEVEL', 'SITE_NAME'];

/** The port if it is free (any free one for 0), or null. */
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
