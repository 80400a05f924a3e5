import { Command } from 'commander';
import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import { sharesSessions, versionOf } from '../db/reach.ts';
import { dnsRecordOf, openSigner } from '../mail/dkim/open-signer.ts';
import { checkRedis } from '../queue/redis-server.ts';
import { openRelay } from '../relay/relay.ts';
import { openMigratedDatabase } from '../wiring/database.ts';
import type { CommandContext } from './context.ts';
import { sayJudgement } from './judge-reply.ts';
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
    .addHelpText('after', '\nExit code 1: something is wrong, or --reply is no reply.')
    .option('--reply <text>', 'tell what a relay’s reply would mean instead, such as “550 5.7.1 …”')
    .addOption(jsonOption())
    .action(async ({ reply, json }: { reply?: string; json?: true }) => {
      if (reply !== undefined) return sayJudgement(context.io, reply, { json: json === true });
      const findings = await examine(context);
      if (findings.some(({ ok }) => !ok)) context.setExitCode(1);
      if (json) return sayJson(context.io, { findings });
      for (const { check, ok, message } of findings) {
        await say(context.io, `${ok ? 'ok    ' : 'WRONG '} ${check.padEnd(9)} ${message}`);
      }
    });
}

/** Each part by itself: one that is wrong does not hide another. */
async function examine(context: CommandContext): Promise<Finding[]> {
  const settings = await finding('settings', async () => {
    context.config();
    return 'All settings can be used.';
  });
  if (!settings.ok) return [settings];
  return [
    settings,
    await finding('database', () => checkDatabase(context)),
    await finding('queue', () => checkQueue(context)),
    await finding('relay', () => checkRelay(context.config())),
    await finding('dkim', () => checkSignature(context.config())),
  ];
}

async function checkDatabase({ config, withParts }: CommandContext): Promise<string> {
  const { databaseUrl, redisUrl } = config();
  if (databaseUrl === null) return withParts(({ database }) => describeDatabase(database));
  const database = await openMigratedDatabase(config());
  try {
    if (redisUrl === null && (await sharesSessions(database))) throw new Error(TRANSACTION_MODE);
    return await describeDatabase(database);
  } finally {
    await database.close();
  }
}

/** LISTEN, by which workers hear of jobs, is lost when another client gets the session. */
const TRANSACTION_MODE =
  'A pooler in transaction mode stands before the server: without REDIS_URL, PgBouncer must be in session mode.';

async function describeDatabase(database: Database): Promise<string> {
  return `PostgreSQL ${await versionOf(database)} answers, with the tables of this version.`;
}

async function checkQueue({ config, withParts }: CommandContext): Promise<string> {
  const { redisUrl } = config();
  if (redisUrl === null) {
    await withParts(({ queue }) => queue.check());
    return 'The queue in Postgres answers.';
  }
  await checkRedis(redisUrl);
  return 'The queue in Redis answers and drops nothing when memory runs out.';
}

async function checkRelay({ smtpUrls, smtpConnections }: Config): Promise<string> {
  if (smtpUrls.length === 0) return 'Mail is caught in the local inbox: SMTP_URL is not set.';
  const relay = openRelay({ urls: smtpUrls, connections: smtpConnections });
  try {
    await relay.verify();
    return 'Every relay lets us in.';
  } finally {
    await relay.close();
  }
}

async function checkSignature({ dkim }: Config): Promise<string> {
  if (dkim === null) return 'Mail is not signed here: DKIM_DOMAIN is not set.';
  await openSigner(dkim);
  const { name, value } = dnsRecordOf(dkim);
  return `A sample signed for ${dkim.domain} verifies. Receivers look for the TXT record ${name}: ${value}`;
}

async function finding(check: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, message: await look() };
  } catch (error) {
    return { check, ok: false, message: (error as Error).message };
  }
}
