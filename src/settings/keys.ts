import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PaperboyError } from '../domain/errors.ts';
import { writeSecretFile } from './secret-file.ts';

/** The secrets that sign links and hash suppressed addresses. */
export interface Keys {
  /** The first signs, all verify. */
  secretKeys: readonly string[];
  suppressionKey: string;
}

const KEYS_FILE = 'keys.json';

/**
 * The keys that are set; what is not set is made once and kept in the data folder (0600).
 * @throws PaperboyError `INVALID_KEYS` when the kept ones cannot be read: made anew they would break
 * every link in mails already sent, and forget who must not be mailed.
 */
export async function loadKeys(options: {
  secretKeys: readonly string[];
  suppressionKey: string | null;
  dataDir: string;
  /** False once something hangs on the keys: new ones would forget whom never to mail. */
  mayMake: boolean;
}): Promise<Keys> {
  const { secretKeys, suppressionKey, dataDir, mayMake: mayCreate } = options;
  if (secretKeys.length > 0 && suppressionKey !== null) return { secretKeys, suppressionKey };
  const stored = await readOrCreateKeys(dataDir, mayCreate);
  return {
    secretKeys: secretKeys.length > 0 ? secretKeys : stored.secretKeys,
    suppressionKey: suppressionKey ?? stored.suppressionKey,
  };
}

/** The keys in the data folder; null when none were ever made there. @throws PaperboyError `INVALID_KEYS`. */
export async function readStoredKeys(dataDir: string): Promise<Keys | null> {
  const path = join(dataDir, KEYS_FILE);
  const text = await readIfPresent(path);
  if (text === null) return null;
  const stored = parseKeys(text);
  if (stored) return stored;
  throw new PaperboyError(
    'INVALID_KEYS',
    `${path} holds no keys: expected secretKeys and suppressionKey. Put it back from a backup.`,
  );
}

async function readOrCreateKeys(dataDir: string, mayCreate: boolean): Promise<Keys> {
  const stored = await readStoredKeys(dataDir);
  if (stored) return stored;
  const path = join(dataDir, KEYS_FILE);
  if (mayCreate) return createKeysFile(path);
  throw createMissingKeysError(path);
}

function createMissingKeysError(path: string): PaperboyError {
  return new PaperboyError(
    'INVALID_KEYS',
    `${path} is missing, but the database has readers whose links and suppressions hang on it: put it back from a backup, or set SECRET_KEY and SUPPRESSION_KEY.`,
  );
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new PaperboyError('INVALID_KEYS', `${path} cannot be read (${message}).`, { cause });
  }
}

/** Null for what are no keys. The parser's own error would quote the secrets. */
function parseKeys(text: string): Keys | null {
  try {
    const { secretKeys, suppressionKey } = JSON.parse(text) as Partial<Keys>;
    const isComplete =
      Array.isArray(secretKeys) &&
      secretKeys.length > 0 &&
      [...secretKeys, suppressionKey].every(isKey);
    return isComplete && isKey(suppressionKey) ? { secretKeys, suppressionKey } : null;
  } catch {
    return null;
  }
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

async function createKeysFile(path: string): Promise<Keys> {
  const keys: Keys = {
    secretKeys: [randomBytes(32).toString('hex')],
    suppressionKey: randomBytes(32).toString('hex'),
  };
  await writeSecretFile(path, JSON.stringify(keys, null, 2));
  return keys;
}
