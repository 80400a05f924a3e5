import { isIP } from 'node:net';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import { sharesSessions, versionOf } from '../db/reach.ts';
import { clockAhead, listSourceStates, type SourceState } from '../db/status.ts';
import { isDnsServer } from '../dns/dns.ts';
import { broken, type Finding, ok } from '../domain/finding.ts';
import { dnsRecordOf, openSigner } from '../mail/dkim/open-signer.ts';
import { checkRedis } from '../queue/redis-server.ts';
import { readVersion } from '../version.ts';
import { openMigratedDatabase } from '../wiring/database.ts';
import type { CommandContext } from './context.ts';
import { judgeClock, type OtherClock } from './doctor/clock.ts';
import { checkDisk } from './doctor/disk.ts';
import { checkDomain, type DnsOptions } from './doctor/domain.ts';
import { checkRelays } from './doctor/relays.ts';
import { judgeSources, reachSources } from './doctor/sources.ts';
import { sayJudgement } from './judge-reply.ts';
import { jsonOption } from './options.ts';
import { say, sayJson } from './output.ts';

interface DoctorOptions extends DnsOptions {
  reply?: string;
  json?: true;
}

/** `paperboy doctor` */
export function doctorCommand(context: CommandContext): Command {
  return new Command('doctor')
    .description(
      'check settings, database, queue, relay, clock, disk, sources and DNS; no mail is sent',
    )
    .addHelpText(
      'after',
      '\nExit code 1: something is broken, or --reply is no reply. Warnings end with 0.',
    )
    .option('--reply <text>', 'tell what a relay’s reply would mean instead, such as “550 5.7.1 …”')
    .addOption(serverOption())
    .addOption(addressOption())
    .addOption(jsonOption())
    .action(async ({ reply, json, ...options }: DoctorOptions) => {
      if (reply !== undefined) return sayJudgement(context.io, reply, { json: json === true });
      const findings = await examine(context, options);
      if (findings.some(({ word }) => word === 'broken')) context.setExitCode(1);
      if (json) return sayJson(context.io, { findings: findings.map(findingJson) });
      for (const finding of findings) await say(context.io, lineOf(finding));
    });
}

function serverOption(): Option {
  return new Option('--dns <server…>', 'ask this DNS server instead of the system’s').argParser(
    (text: string, before?: string[]) => {
      if (isDnsServer(text)) return [...(before ?? []), text];
      throw new InvalidArgumentError(
        `“${text}” is no DNS server: expected an address such as 192.0.2.53 or 192.0.2.53:5353.`,
      );
    },
  );
}

function addressOption(): Option {
  return new Option(
    '--sends-from <address…>',
    'from where mail leaves for its receivers',
  ).argParser((text: string, before?: string[]) => {
    if (isIP(text) !== 0) return [...(before ?? []), text];
    throw new InvalidArgumentError(`“${text}” is no address: expected one such as 192.0.2.7.`);
  });
}

const WORDS = { ok: 'ok    ', warning: 'WARN  ', broken: 'WRONG ' } satisfies Record<
  Finding['word'],
  string
>;

function lineOf({ check, word, message, mend }: Finding): string {
  return `${WORDS[word]} ${check.padEnd(9)} ${message}${mend === null ? '' : `\n       ${' '.repeat(10)}${mend}`}`;
}

function findingJson({ check, word, message, mend }: Finding) {
  return { check, ok: word !== 'broken', word, message, mend };
}

/** Each part by itself: one that is wrong does not hide another. */
async function examine(context: CommandContext, options: DnsOptions): Promise<Finding[]> {
  const settings = await finding('settings', async () => {
    context.config();
    return 'All settings can be used.';
  });
  if (settings.word === 'broken') return [settings];
  const config = context.config();
  let states: readonly SourceState[] = [];
  const clocks: OtherClock[] = [];
  const database = await finding('database', () =>
    withDatabase(context, async (open) => {
      states = await listSourceStates(open.db);
      if (config.databaseUrl !== null) {
        const aheadMs = await clockAhead(open.db, () => new Date());
        clocks.push({ whose: 'the database', aheadMs, isRough: false });
      }
    }),
  );
  const [queue, relays, dkim, disk, reached, domain] = await Promise.all([
    finding('queue', () => checkQueue(context)),
    findings('relay', () => checkRelays(config)),
    finding('dkim', () => checkSignature(config)),
    findings('disk', async () => [await checkDisk(config)]),
    reachSources(config, { now: () => new Date(), version: readVersion() }),
    findings('dns', () => checkDomain(config, options)),
  ]);
  for (const { clock } of reached) if (clock) clocks.push(clock);
  const names = config.sources.names.map(({ name }) => name);
  return [
    settings,
    database,
    queue,
    ...relays,
    dkim,
    judgeClock(clocks),
    ...disk,
    ...judgeSources(names, states, reached),
    ...domain,
  ];
}

async function withDatabase(
  { config, withParts }: CommandContext,
  look: (database: Database) => Promise<void>,
): Promise<string> {
  const { databaseUrl, redisUrl } = config();
  if (databaseUrl === null) {
    return withParts(async ({ database }) => {
      await look(database);
      return describeDatabase(database);
    });
  }
  const database = await openMigratedDatabase(config());
  try {
    if (redisUrl === null && (await sharesSessions(database))) throw new Error(TRANSACTION_MODE);
    await look(database);
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

async function checkSignature({ dkim }: Config): Promise<string> {
  if (dkim === null) return 'Mail is not signed here: DKIM_DOMAIN is not set.';
  await openSigner(dkim);
  const { name, value } = dnsRecordOf(dkim);
  return `A sample signed for ${dkim.domain} verifies. Receivers look for the TXT record ${name}: ${value}`;
}

/** What is thrown says itself what to do. */
async function finding(check: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return ok(check, await look());
  } catch (error) {
    return broken(check, (error as Error).message, null);
  }
}

async function findings(check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [broken(check, (error as Error).message, null)];
  }
}
