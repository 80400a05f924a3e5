import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PaperboyError } from './domain/errors.ts';

/** The secrets that sign links and hash suppressed addresses. */
export interface Keys {
  /** The first signs, all verify. */
  secretKeys: readonly string[];
  suppressionKey: string;
}

const FILE = 'keys.json';

/** The keys that are set; what is not set is made once and kept in the data folder (0600). */
export async function loadKeys(given: {
  secretKeys: readonly string[];
  suppressionKey: string | null;
  dataDir: string;
}): Promise<Keys> {
  const { secretKeys, suppressionKey, dataDir } = given;
  if (secretKeys.length > 0 && suppressionKey !== null) return { secretKeys, suppressionKey };
  const kept = await readOrMake(dataDir);
  return {
    secretKeys: secretKeys.length > 0 ? secretKeys : kept.secretKeys,
    suppressionKey: suppressionKey ?? kept.suppressionKey,
  };
}

async function readOrMake(dataDir: string): Promise<Keys> {
  const path = join(dataDir, FILE);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return make(dataDir, path);
  const kept = JSON.parse(text) as Partial<Keys>;
  if (!Array.isArray(kept.secretKeys) || typeof kept.suppressionKey !== 'string') {
    throw new PaperboyError(
      'INVALID_KEYS',
      `${path} holds no keys: expected secretKeys and suppressionKey.`,
    );
  }
  return { secretKeys: kept.secretKeys, suppressionKey: kept.suppressionKey };
}

/** Written whole before it gets its name: a lost suppression key can never be made again. */
async function make(dataDir: string, path: string): Promise<Keys> {
  const keys: Keys = {
    secretKeys: [randomBytes(32).toString('hex')],
    suppressionKey: randomBytes(32).toString('hex'),
  };
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = await open(`${path}.new`, 'w', 0o600);
  await file.writeFile(JSON.stringify(keys, null, 2));
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
  return keys;
}
