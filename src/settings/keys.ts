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
 * The keys of the settings; a key that is not set is created once and kept in the data folder
 * (0600).
 * @throws PaperboyError `INVALID_KEYS` when the file cannot be read: new keys would break every
 * link in mail that was sent, and forget the suppressed addresses.
 */
export async function loadKeys(options: {
  secretKeys: readonly string[];
  suppressionKey: string | null;
  dataDir: string;
  /** False once stored data depends on the keys: new keys would forget the suppressed addresses. */
  mayCreate: boolean;
}): Promise<Keys> {
  const { secretKeys, suppressionKey, dataDir, mayCreate } = options;
  if (secretKeys.length > 0 && suppressionKey !== null) return { secretKeys, suppressionKey };
  const stored = await readOrCreateKeys(dataDir, mayCreate);
  return {
    secretKeys: secretKeys.length > 0 ? secretKeys : stored.secretKeys,
    suppressionKey: suppressionKey ?? stored.suppressionKey,
  };
}

/** The keys in the data folder, or null. @throws PaperboyError `INVALID_KEYS`. */
export async function readStoredKeys(dataDir: string): Promise<Keys | null> {
  const path = join(dataDir, KEYS_FILE);
  const text = await readIfPresent(path);
  if (text === null) return null;
  const stored = parseKeys(text);
  if (stored) return stored;
  throw new PaperboyError(
    'INVALID_KEYS',
    `${path} holds no keys: expected secretKeys and suppressionKey. Restore it from a backup.`,
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
    `${path} is missing, but links and suppressions in the database depend on it: restore it from a backup, or set SECRET_KEY and SUPPRESSION_KEY.`,
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

/** Null for anything but keys. The error of JSON.parse would quote the secrets. */
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
