import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import findService from 'nodemailer/lib/well-known';

/** What the part `smtp` of a personal file says; absent keys are undefined. */
export type MailAccountInput = Partial<Record<MailAccountKey, string>>;

export const MAIL_ACCOUNT_KEYS = [
  'service',
  'host',
  'port',
  'security',
  'user',
  'password_file',
  'from',
  'daily_limit',
] as const;
type MailAccountKey = (typeof MAIL_ACCOUNT_KEYS)[number];

/** A problem with one key. */
export interface MailAccountProblem {
  key: MailAccountKey;
  expectation: string;
}

const SECURITIES = ['tls', 'starttls', 'none'] as const;
type Security = (typeof SECURITIES)[number];

interface MailServer {
  host: string;
  port: number;
  security: Security;
}

/** Outlook.com and Hotmail ended sign-in with a password in September 2024. */
const OAUTH_ONLY_HOSTS = ['smtp-mail.outlook.com'];

/**
 * The setting SMTP_URL for a mail account. A known service is found by its name, such as `gmail`,
 * or by the address. The password comes from `password_file`, relative to `folder`, or from the
 * environment's SMTP_PASSWORD. Adds to `problems` what is wrong.
 */
export function formatAccountUrl(
  account: MailAccountInput,
  { email, password, folder }: { email: string; password: string | undefined; folder: string },
  problems: MailAccountProblem[],
): string | null {
  const server = findServer(account, email, problems);
  if (server === null) return null;
  const isNamedHost = account.host !== undefined;
  const user = account.user ?? (isNamedHost ? undefined : email);
  const { host, port, security } = server;
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const options = security === 'starttls' ? '?requireTLS=true' : '';
  const scheme = security === 'tls' ? 'smtps' : 'smtp';
  if (user === undefined) return `${scheme}://${address}${options}`;
  const secret = readPassword(account, { password, folder }, problems);
  if (secret === null) return null;
  const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(secret)}`;
  return `${scheme}://${credentials}@${address}${options}`;
}

function findServer(
  { service, host, port, security }: MailAccountInput,
  email: string,
  problems: MailAccountProblem[],
): MailServer | null {
  const reject = (key: MailAccountKey, expectation: string) => {
    problems.push({ key, expectation });
    return null;
  };
  if (security !== undefined && !SECURITIES.some((each) => each === security))
    return reject('security', `one of ${SECURITIES.join(', ')}`);
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536))
    return reject('port', 'a whole number from 1 to 65535');
  const known = host === undefined ? findService(service ?? email) : null;
  if (known === false && service !== undefined)
    return reject('service', 'a known service such as gmail, fastmail or icloud, or else a host');
  const name = host ?? (known ? known.host : undefined);
  if (name === undefined)
    return reject('host', `the mail server of ${email}, which is not a known service`);
  if (!/^[A-Za-z0-9.:_-]{1,253}$/.test(name))
    return reject('host', 'the name of a mail server such as smtp.example.org');
  if (OAUTH_ONLY_HOSTS.includes(name))
    return reject(
      service === undefined ? 'host' : 'service',
      'another service: Outlook.com accepts no password, only OAuth2, which Paperboy does not speak',
    );
  const number = Number(port ?? (known ? known.port : undefined) ?? DEFAULT_PORT);
  const isTls = port === undefined && known ? known.secure === true : number === TLS_PORT;
  return {
    host: name,
    port: number,
    security: (security as Security | undefined) ?? (isTls ? 'tls' : 'starttls'),
  };
}

/** RFC 6409 and RFC 8314 §3.3. */
const DEFAULT_PORT = 587;
const TLS_PORT = 465;

/** App passwords are shown in groups with spaces, which are no part of them. */
const APP_PASSWORD = /^[a-z]{4}( [a-z]{4}){3}$/;

function readPassword(
  { password_file: file }: MailAccountInput,
  { password, folder }: { password: string | undefined; folder: string },
  problems: MailAccountProblem[],
): string | null {
  const reject = (expectation: string) => {
    problems.push({ key: 'password_file', expectation });
    return null;
  };
  if (file === undefined && !password)
    return reject('a file with the password, unless SMTP_PASSWORD is set in the environment');
  let text = password ?? '';
  try {
    if (file !== undefined) text = readFileSync(resolve(folder, file), 'utf8');
  } catch (error) {
    return reject(`a file that can be read (${(error as Error).message})`);
  }
  const secret = text.trim();
  if (secret === '' || secret.length > MAX_PASSWORD_LENGTH || /\p{Cc}/u.test(secret))
    return reject('a file with one line, the password');
  return APP_PASSWORD.test(secret) ? secret.replaceAll(' ', '') : secret;
}

const MAX_PASSWORD_LENGTH = 1_000;
