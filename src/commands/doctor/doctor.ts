import { isIP } from 'node:net';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readServerVersion, usesTransactionPooling } from '../../db/check-server.ts';
import type { Database } from '../../db/client.ts';
import { listSourceStates, measureClockSkewMs } from '../../db/monitoring/status.ts';
import { isDnsServer } from '../../dns/dns.ts';
import { type CheckResult, reportBroken, reportOk } from '../../domain/monitoring/check-result.ts';
import type { SourceState } from '../../domain/sources/source-history.ts';
import { createDkimDnsRecord, openSigner } from '../../mail/dkim/open-signer.ts';
import { checkRedis } from '../../queue/redis-server.ts';
import type { Config } from '../../settings/config.ts';
import { readVersion } from '../../version.ts';
import { openMigratedDatabase } from '../../wiring/database.ts';
import { printReplyClassification } from '../classify-reply.ts';
import type { CommandContext } from '../context.ts';
import { createJsonOption } from '../options.ts';
import { printJson, printLine } from '../output.ts';
import { assessClock, type ClockReading } from './clock.ts';
import { checkDisk } from './disk.ts';
import { checkDomain, type DnsOptions } from './domain.ts';
import { checkRelays } from './relays.ts';
import { assessSources, probeSourceHosts } from './sources.ts';

interface DoctorOptions extends DnsOptions {
  reply?: string;
  json?: true;
}

/** `paperboy doctor` */
export function createDoctorCommand(context: CommandContext): Command {
  return new Command('doctor')
    .addHelpText(
      'after',
      '\nExit code 1: something is broken, or --reply is no reply. Warnings end with 0.',
    )
    .option('--reply <text>', 'tell what a relay’s reply would mean instead, such as “550 5.7.1 …”')
    .addOption(createDnsServerOption())
    .addOption(createSendsFromOption())
    .addOption(createJsonOption())
    .action(async ({ reply, json, ...options }: DoctorOptions) => {
      if (reply !== undefined)
        return printReplyClassification(context.io, reply, { json: json === true });
      const findings = await runAllChecks(context, options);
      if (findings.some(({ status }) => status === 'broken')) context.setExitCode(1);
      if (json) return printJson(context.io, { findings: findings.map(findingToJson) });
      for (const finding of findings) await printLine(context.io, formatFinding(finding));
    });
}

function createDnsServerOption(): Option {
  return new Option('--dns <server…>', 'ask this DNS server instead of the system’s').argParser(
    (text: string, previous?: string[]) => {
      if (isDnsServer(text)) return [...(previous ?? []), text];
      throw new InvalidArgumentError(
        `“${text}” is no DNS server: expected an address such as 192.0.2.53 or 192.0.2.53:5353.`,
      );
    },
  );
}

function createSendsFromOption(): Option {
  return new Option(
    '--sends-from <address…>',
    'from where mail leaves for its receivers',
  ).argParser((text: string, previous?: string[]) => {
    if (isIP(text) !== 0) return [...(previous ?? []), text];
    throw new InvalidArgumentError(`“${text}” is no address: expected one such as 192.0.2.7.`);
  });
}

const STATUS_LABELS = { ok: 'ok    ', warning: 'WARN  ', broken: 'WRONG ' } satisfies Record<
  CheckResult['status'],
  string
>;

function formatFinding({ check, status, message, remedy: mend }: CheckResult): string {
  return `${STATUS_LABELS[status]} ${check.padEnd(9)} ${message}${mend === null ? '' : `\n       ${' '.repeat(10)}${mend}`}`;
}

function findingToJson({ check, status, message, remedy: mend }: CheckResult) {
  return { check, ok: status !== 'broken', word: status, message, mend };
}

/** Each part by itself: one that is wrong does not hide another. */
async function runAllChecks(context: CommandContext, options: DnsOptions): Promise<CheckResult[]> {
  const settings = await runCheck('settings', async () => {
    context.config();
    return 'All settings can be used.';
  });
  if (settings.status === 'broken') return [settings];
  const config = context.config();
  let sourceStates: readonly SourceState[] = [];
  const clockReadings: ClockReading[] = [];
  const database = await runCheck('database', () =>
    withDatabase(context, async (open) => {
      sourceStates = await listSourceStates(open.db);
      if (config.databaseUrl !== null) {
        const offsetMs = await measureClockSkewMs(open.db, () => new Date());
        clockReadings.push({ clockName: 'the database', offsetMs, isCoarse: false });
      }
    }),
  );
  const [queue, relays, dkim, disk, hostProbes, domain] = await Promise.all([
    runCheck('queue', () => checkQueue(context)),
    runChecks('relay', () => checkRelays(config)),
    runCheck('dkim', () => checkDkim(config)),
    runChecks('disk', async () => [await checkDisk(config)]),
    probeSourceHosts(config, { now: () => new Date(), version: readVersion() }),
    runChecks('dns', () => checkDomain(config, options)),
  ]);
  for (const { clockReading: clock } of hostProbes) if (clock) clockReadings.push(clock);
  const names = config.sources.names.map(({ name }) => name);
  return [
    settings,
    database,
    queue,
    ...relays,
    dkim,
    assessClock(clockReadings),
    ...disk,
    ...assessSources(names, sourceStates, hostProbes),
    ...domain,
  ];
}

async function withDatabase(
  { config, withApp }: CommandContext,
  probe: (database: Database) => Promise<void>,
): Promise<string> {
  const { databaseUrl, redisUrl } = config();
  if (databaseUrl === null) {
    return withApp(async ({ database }) => {
      await probe(database);
      return describeDatabase(database);
    });
  }
  const database = await openMigratedDatabase(config());
  try {
    if (redisUrl === null && (await usesTransactionPooling(database)))
      throw new Error(TRANSACTION_MODE_PROBLEM);
    await probe(database);
    return await describeDatabase(database);
  } finally {
    await database.close();
  }
}

/** LISTEN, by which workers hear of jobs, is lost when another client gets the session. */
const TRANSACTION_MODE_PROBLEM =
  'A pooler in transaction mode stands before the server: without REDIS_URL, PgBouncer must be in session mode.';

async function describeDatabase(database: Database): Promise<string> {
  return `PostgreSQL ${await readServerVersion(database)} answers, with the tables of this version.`;
}

async function checkQueue({ config, withApp }: CommandContext): Promise<string> {
  const { redisUrl } = config();
  if (redisUrl === null) {
    await withApp(({ queue }) => queue.check());
    return 'The queue in Postgres answers.';
  }
  await checkRedis(redisUrl);
  return 'The queue in Redis answers and drops nothing when memory runs out.';
}

async function checkDkim({ dkim }: Config): Promise<string> {
  if (dkim === null) return 'Mail is not signed here: DKIM_DOMAIN is not set.';
  await openSigner(dkim);
  const { name, value } = createDkimDnsRecord(dkim);
  return `A sample signed for ${dkim.domain} verifies. Receivers look for the TXT record ${name}: ${value}`;
}

/** What is thrown says itself what to do. */
async function runCheck(check: string, probe: () => Promise<string>): Promise<CheckResult> {
  try {
    return reportOk(check, await probe());
  } catch (error) {
    return reportBroken(check, (error as Error).message, null);
  }
}

async function runChecks(
  check: string,
  probe: () => Promise<CheckResult[]>,
): Promise<CheckResult[]> {
  try {
    return await probe();
  } catch (error) {
    return [reportBroken(check, (error as Error).message, null)];
  }
}
