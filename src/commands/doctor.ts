import { Command } from 'commander';
import { sql } from 'drizzle-orm';
import type { Parts } from '../wiring.ts';
import type { CommandContext } from './context.ts';
import { jsonOption } from './options.ts';
import { say, sayJson } from './output.ts';

interface Finding {
  check: string;
  ok: boolean;
  message: string;
}

/** `paperboy doctor` */
export function doctorCommand(context: CommandContext): Command {
  return new Command('doctor')
    .description('check settings, database, queue and relay; no mail is sent')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: true }) => {
      const findings = await context.withParts(async (parts) => [
        { check: 'settings', ok: true, message: 'All settings can be used.' },
        await checkDatabase(parts),
        await checkQueue(parts),
        await checkRelay(parts),
      ]);
      if (findings.some(({ ok }) => !ok)) context.setExitCode(1);
      if (json) return sayJson(context.io, { findings });
      for (const { check, ok, message } of findings) {
        await say(context.io, `${ok ? 'ok    ' : 'WRONG '} ${check.padEnd(9)} ${message}`);
      }
    });
}

const OLDEST_POSTGRES = 15;

async function checkDatabase({ db }: Parts): Promise<Finding> {
  return finding('database', async () => {
    const result = await db.execute<{ version: string }>(
      sql`SELECT current_setting('server_version') AS version`,
    );
    const version = result.rows[0]?.version;
    const major = Number.parseInt(String(version), 10);
    if (major < OLDEST_POSTGRES)
      throw new Error(`PostgreSQL ${version} is too old: ${OLDEST_POSTGRES} or newer is needed.`);
    return `PostgreSQL ${version} answers.`;
  });
}

async function checkQueue({ queue, config }: Parts): Promise<Finding> {
  return finding('queue', async () => {
    await queue.check();
    return `The queue in ${config.redisUrl === null ? 'Postgres' : 'Redis'} answers.`;
  });
}

async function checkRelay(parts: Parts): Promise<Finding> {
  return finding('relay', async () => {
    const { relay } = await parts.mail();
    await relay.verify();
    return parts.inbox === null
      ? 'Every relay lets us in.'
      : 'Mail is caught in the local inbox: SMTP_URL is not set.';
  });
}

async function finding(check: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, message: await look() };
  } catch (error) {
    return { check, ok: false, message: (error as Error).message };
  }
}
