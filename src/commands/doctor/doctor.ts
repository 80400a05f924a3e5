import { isIP } from 'node:net';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readServerVersion, usesTransactionPooling } from '../../db/check-server.ts';
import type { Database } from '../../db/client.ts';
import { readServerSettings } from '../../db/monitoring/server-settings.ts';
import { listSourceStates, measureClockSkewMs } from '../../db/monitoring/status.ts';
import { isDnsServer } from '../../dns/dns.ts';
import { type CheckResult, reportBroken, reportOk } from '../../domain/monitoring/check-result.ts';
import { assessServerSettings } from '../../domain/monitoring/server-settings.ts';
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
      '\nExit code 1: something is broken, or --reply is not an SMTP reply. Warnings end with 0.',
    )
    .option('--reply <text>', 'explain an SMTP reply instead, such as “550 5.7.1 …”')
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
  return new Option('--dns <server…>', 'query this DNS server instead of the system’s').argParser(
    (text: string, previous?: string[]) => {
      if (isDnsServer(text)) return [...(previous ?? []), text];
      throw new InvalidArgumentError(
        `“${text}” is not a DNS server: expected an address such as 192.0.2.53 or 192.0.2.53:5353.`,
      );
    },
  );
}

function createSendsFromOption(): Option {
  return new Option('--sends-from <address…>', 'an address that email leaves from').argParser(
    (text: string, previous?: string[]) => {
      if (isIP(text) !== 0) return [...(previous ?? []), text];
      throw new InvalidArgumentError(
        `“${text}” is not an IP address: expected one such as 192.0.2.7.`,
      );
    },
  );
}

const STATUS_LABELS = { ok: 'ok    ', warning: 'WARN  ', broken: 'FAIL  ' } satisfies Record<
  CheckResult['status'],
  string
>;

function formatFinding({ check, status, message, remedy }: CheckResult): string {
  return `${STATUS_LABELS[status]} ${check.padEnd(9)} ${message}${remedy === null ? '' : `\n       ${' '.repeat(10)}${remedy}`}`;
}

function findingToJson({ check, status, message, remedy }: CheckResult) {
  return { check, ok: status !== 'broken', status, message, mend: remedy };
}

/** Runs all checks. Each runs alone, so that one failure hides no other. */
async function runAllChecks(context: CommandContext, options: DnsOptions): Promise<CheckResult[]> {
  const settings = await runCheck('settings', async () => {
    context.config();
    return 'All settings are valid.';
  });
  if (settings.status === 'broken') return [settings];
  const config = context.config();
  let sourceStates: readonly SourceState[] = [];
  const clockReadings: ClockReading[] = [];
  let serverFindings: CheckResult[] = [];
  const database = await runCheck('database', () =>
    withDatabase(context, async (open) => {
      sourceStates = await listSourceStates(open.db);
      if (config.databaseUrl !== null) {
        const offsetMs = await measureClockSkewMs(open.db, () => new Date());
        clockReadings.push({ clockName: 'the database', offsetMs, isCoarse: false });
        serverFindings = assessServerSettings(await readServerSettings(open.db));
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
  for (const { clockReading } of hostProbes) if (clockReading) clockReadings.push(clockReading);
  const names = config.sources.names.map(({ name }) => name);
  return [
    settings,
    database,
    ...serverFindings,
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

/** Workers receive jobs by LISTEN, which is lost when another client gets the session. */
const TRANSACTION_MODE_PROBLEM =
  'The server is behind a pooler in transaction mode: without REDIS_URL, PgBouncer must use session mode.';

async function describeDatabase(database: Database): Promise<string> {
  return `PostgreSQL ${await readServerVersion(database)} answers, and its tables are up to date.`;
}

async function checkQueue({ config, withApp }: CommandContext): Promise<string> {
  const { redisUrl } = config();
  if (redisUrl === null) {
    await withApp(({ queue }) => queue.check());
    return 'The queue in PostgreSQL answers.';
  }
  await checkRedis(redisUrl);
  return 'The queue in Redis answers, and Redis does not evict data (noeviction).';
}

async function checkDkim({ dkim }: Config): Promise<string> {
  if (dkim === null) return 'Paperboy does not sign email: DKIM_DOMAIN is not set.';
  await openSigner(dkim);
  const { name, value } = createDkimDnsRecord(dkim);
  return `A test signature of ${dkim.domain} verifies. Receivers need the TXT record ${name}: ${value}`;
}

/** Errors of the checks already say what to do, so they need no remedy. */
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
