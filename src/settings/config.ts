import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import { PaperboyError } from '../domain/errors.ts';
import { type DkimKey, isAlignedWithFrom, parseDkimPrivateKey } from '../domain/smtp/dkim-key.ts';
import { extractDomain } from '../domain/subscribers/email-address.ts';
import { truncate } from '../domain/text/truncate.ts';
import type { TimeOfDay } from '../domain/time/schedule.ts';
import {
  createChoiceParser,
  createIntegerParser,
  createUrlParser,
  parseBaseUrl,
  parseBearerToken,
  parseDkimSelector,
  parseDomainName,
  parseHeaderText,
  parseListId,
  parseMailbox,
  parseMailboxList,
  parseSecretKey,
  parseSecretKeys,
  parseSmtpUrls,
  parseText,
  parseTimeOfDay,
  parseTrustProxy,
} from './setting-parsers.ts';
import { readSourceSettings, type SourceSettings } from './source-settings.ts';

/** All settings, checked and frozen. Layers below get single values, not this object. */
export interface Config {
  host: string;
  port: number;
  /** SMTP port of the local inbox; 0 takes any free one. */
  inboxPort: number;
  /** Without a trailing slash. */
  publicUrl: string;
  /** Whether emails may link to pages: PUBLIC_URL names a site, or this process serves one. */
  hasSite: boolean;
  /** The only addresses that may get email, all of them the operator's own; empty: anybody may sign
   *  up. */
  ownerEmails: readonly string[];
  dataDir: string;
  /** Unset: embedded Postgres in `dataDir`. */
  databaseUrl: string | null;
  /** Unset: the queue is in Postgres. */
  redisUrl: string | null;
  /** Empty: mail goes to the local inbox. */
  smtpUrls: readonly string[];
  smtpConnections: number;
  /** Messages per second to each relay, over all workers; unset: no limit. */
  smtpMessagesPerSecond: number | null;
  /** Messages in 24 hours, over all relays and workers; unset: no limit. */
  smtpDailyLimit: number | null;
  siteName: string;
  mailFrom: { name: string; address: string };
  replyTo: string | null;
  listId: string;
  postalAddress: string | null;
  /** Unset: mail is not signed. */
  dkim: DkimKey | null;
  /** The first signs, all verify. Empty: created and kept in `dataDir`. */
  secretKeys: readonly string[];
  suppressionKey: string | null;
  /** Bearer token for pages that only operators may see; unset: only this machine sees them. */
  adminToken: string | null;
  /** Port on which every role serves metrics and health; unset: only the site serves them. */
  metricsPort: number | null;
  composeAt: TimeOfDay;
  /** How long composing waits for late lists of papers, in minutes. */
  composeWaitMinutes: number;
  /** Address that gets alerts; unset: nobody. */
  alertEmail: string | null;
  /** Sign-ups allowed to one network in an hour. */
  signupsPerHour: number;
  /** How long single deliveries are kept after their digest was composed, in days. */
  deliveriesKeptDays: number;
  /** Where papers come from. */
  sources: SourceSettings;
  trustProxy: boolean | string | number;
  logLevel: LogLevel;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Env = Readonly<Record<string, string | undefined>>;

const SECRETS = [
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'SECRET_KEY',
  'SUPPRESSION_KEY',
  'DKIM_PRIVATE_KEY',
  'ADMIN_TOKEN',
];

/**
 * The settings in `env`, checked. A process that serves no site may have none: its emails then link
 * to one only if PUBLIC_URL is set.
 * @throws PaperboyError `INVALID_SETTINGS`, whose message lists every problem with the setting's
 * name, its value and what was expected.
 */
export function loadConfig(env: Env, { servesSite = true } = {}): Config {
  const problems: string[] = [];
  const values = readSecretFiles(env, problems);
  const readSetting = createSettingReader(values, problems);

  const port = readSetting('PORT', createIntegerParser(0, 65_535), 3000);
  const smtpUrls = readSetting('SMTP_URL', parseSmtpUrls, []);
  const publicUrl = readSetting('PUBLIC_URL', parseBaseUrl, `http://localhost:${port}`);
  const config: Config = {
    host: readSetting('HOST', parseText, '127.0.0.1'),
    port,
    inboxPort: readSetting('INBOX_PORT', createIntegerParser(0, 65_535), 2525),
    publicUrl,
    hasSite: servesSite || Boolean(values.PUBLIC_URL?.trim()),
    ownerEmails: readSetting('OWNER_EMAIL', parseMailboxList, []),
    dataDir: resolve(readSetting('DATA_DIR', parseText, './data')),
    databaseUrl: readSetting('DATABASE_URL', createUrlParser('postgres', 'postgresql'), null),
    redisUrl: readSetting('REDIS_URL', createUrlParser('redis', 'rediss', 'valkey'), null),
    smtpUrls,
    smtpConnections: readSetting('SMTP_CONNECTIONS', createIntegerParser(1, 1000), 20),
    smtpMessagesPerSecond: readSetting('SMTP_RATE', createIntegerParser(1, 1_000_000), null),
    smtpDailyLimit: readSetting('SMTP_DAILY_LIMIT', createIntegerParser(1, 100_000_000), null),
    siteName: readSetting('SITE_NAME', parseHeaderText, 'Paperboy'),
    mailFrom: readSetting('MAIL_FROM', parseMailbox, {
      name: 'Paperboy',
      address: 'papers@localhost',
    }),
    replyTo: readSetting('REPLY_TO', (text) => parseMailbox(text).address, null),
    listId: readSetting('LIST_ID', parseListId, deriveListId(publicUrl)),
    postalAddress: readSetting('POSTAL_ADDRESS', parseText, null),
    dkim: createDkimKey({
      domain: readSetting('DKIM_DOMAIN', parseDomainName, null),
      selector: readSetting('DKIM_SELECTOR', parseDkimSelector, null),
      privateKey: readSetting('DKIM_PRIVATE_KEY', parseDkimPrivateKey, null),
    }),
    secretKeys: readSetting('SECRET_KEY', parseSecretKeys, []),
    suppressionKey: readSetting('SUPPRESSION_KEY', parseSecretKey, null),
    adminToken: readSetting('ADMIN_TOKEN', parseBearerToken, null),
    metricsPort: readSetting('METRICS_PORT', createIntegerParser(0, 65_535), null),
    composeAt: readSetting('COMPOSE_AT', parseTimeOfDay, { hour: 5, minute: 30 }),
    composeWaitMinutes: readSetting('COMPOSE_WAIT_MINUTES', createIntegerParser(0, 480), 120),
    alertEmail: readSetting('ALERT_EMAIL', (text) => parseMailbox(text).address, null),
    signupsPerHour: readSetting('SIGNUPS_PER_HOUR', createIntegerParser(1, 1_000_000), 50),
    deliveriesKeptDays: readSetting('DELIVERIES_KEPT_DAYS', createIntegerParser(8, 36_500), 180),
    sources: readSourceSettings(readSetting),
    trustProxy: readSetting('TRUST_PROXY', parseTrustProxy, false),
    logLevel: readSetting('LOG_LEVEL', createChoiceParser(LOG_LEVELS), 'info'),
  };
  problems.push(...findIncompleteGroups(values, DKIM_SETTINGS), ...findContradictions(config));
  if (problems.length > 0) {
    const list = problems.map((problem) => `  ${problem}`).join('\n');
    throw new PaperboyError(
      'INVALID_SETTINGS',
      `${problems.length} of the settings cannot be used:\n${list}`,
    );
  }
  return Object.freeze(config);
}

/** Reads the secret `X` from the file that `X_FILE` names, as Docker and systemd provide
 *  credentials. */
function readSecretFiles(env: Env, problems: string[]): Env {
  const values: Record<string, string | undefined> = { ...env };
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`];
    if (file === undefined || file === '') continue;
    if (env[name]) problems.push(`${name} and ${name}_FILE are both set: expected one of them.`);
    try {
      values[name] = readFileSync(file, 'utf8').trim();
      if (values[name] === '') problems.push(`${name}_FILE is “${file}”, which is empty.`);
    } catch (error) {
      problems.push(
        `${name}_FILE is “${file}”, which cannot be read (${(error as Error).message}).`,
      );
    }
  }
  return values;
}

function createSettingReader(values: Env, problems: string[]) {
  return <Value, Default>(
    name: string,
    parse: (text: string) => Value,
    fallback: Default,
  ): Value | Default => {
    const text = values[name]?.trim();
    if (text === undefined || text === '') return fallback;
    try {
      return parse(text);
    } catch (error) {
      const shown = SECRETS.includes(name) ? 'set' : `“${truncateValue(text)}”`;
      problems.push(`${name} is ${shown}: expected ${(error as Error).message}.`);
      return fallback;
    }
  };
}

const MAX_SHOWN_CHARACTERS = 300;

function truncateValue(text: string): string {
  const singleLine = text.replace(/\p{Cc}+/gu, ' ');
  return truncate(singleLine, MAX_SHOWN_CHARACTERS);
}

const DKIM_SETTINGS = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'];

/** Settings that must be set all together or not at all. */
function findIncompleteGroups(values: Env, names: readonly string[]): string[] {
  const isSet = (name: string) => Boolean(values[name]?.trim());
  if (!names.some(isSet)) return [];
  return names
    .filter((name) => !isSet(name))
    .map((name) => `${name} is not set: expected with ${names.filter(isSet).join(' and ')}.`);
}

function createDkimKey({ domain, selector, privateKey }: Nullable<DkimKey>): DkimKey | null {
  if (domain === null || selector === null || privateKey === null) return null;
  return { domain, selector, privateKey };
}

type Nullable<Type> = { [Key in keyof Type]: Type[Key] | null };

/** Problems between settings that are valid one by one. */
function findContradictions(config: Config): string[] {
  const problems: string[] = [];
  const isPersonal = config.ownerEmails.length > 0;
  const usesRemoteRelay = config.smtpUrls.some((url) => !isLoopbackHost(new URL(url).hostname));
  if (usesRemoteRelay && !isPersonal && !config.publicUrl.startsWith('https:')) {
    problems.push(
      `PUBLIC_URL is “${config.publicUrl}”: expected https when SMTP_URL is another machine (RFC 8058 §3.1), unless OWNER_EMAIL is set.`,
    );
  }
  if (config.smtpUrls.length > 0 && !isPersonal && config.postalAddress === null) {
    problems.push(
      'POSTAL_ADDRESS is not set: expected with SMTP_URL, because the law requires it in every mail, unless OWNER_EMAIL is set.',
    );
  }
  const fromDomain = extractDomain(config.mailFrom.address);
  if (config.dkim !== null && !isAlignedWithFrom(config.dkim.domain, fromDomain)) {
    problems.push(
      `DKIM_DOMAIN is “${config.dkim.domain}”: expected “${fromDomain}”, the domain of MAIL_FROM, or a parent of it, so that the signature counts for DMARC (RFC 9989).`,
    );
  }
  if (config.databaseUrl !== null) {
    if (config.secretKeys.length === 0) {
      problems.push(
        'SECRET_KEY is not set: expected with DATABASE_URL, so that all processes sign links with the same key.',
      );
    }
    if (config.suppressionKey === null) {
      problems.push('SUPPRESSION_KEY is not set: expected with DATABASE_URL. Never change it.');
    }
  }
  return problems;
}

/** Whether a host name or address is this machine's loopback. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIPv4(host)) return host.startsWith('127.');
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1';
}

function deriveListId(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  const host = hostname.replace(/^\[|\]$|\.$/g, '').replace(/:/g, '-');
  return host.includes('.') ? `papers.${host}` : `papers.${host}.localdomain`;
}
