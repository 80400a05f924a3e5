import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PaperboyError } from '../domain/errors.ts';
import type { Config } from './config.ts';
import { writeSecretFile } from './secret-file.ts';
import { isBearerToken } from './setting-parsers.ts';

const TOKEN_FILE = 'admin-token';

/**
 * The operator's token of an embedded installation without ADMIN_TOKEN: created once and kept in
 * the data folder (mode 0600, one line), where only the operator of the machine can read it. Null
 * with a database server, whose processes share no folder.
 * @throws PaperboyError `INVALID_KEYS` when the file cannot be read.
 */
export async function loadStoredAdminToken({
  adminToken,
  databaseUrl,
  dataDir,
}: Pick<Config, 'adminToken' | 'databaseUrl' | 'dataDir'>): Promise<string | null> {
  if (adminToken !== null || databaseUrl !== null) return null;
  const path = join(dataDir, TOKEN_FILE);
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return createTokenFile(path);
    throw new PaperboyError('INVALID_KEYS', `${path} cannot be read (${message}).`, { cause });
  }
  if (isBearerToken(text)) return text;
  throw new PaperboyError(
    'INVALID_KEYS',
    `${path} holds no token: expected one line of 32 to 1,000 visible ASCII characters. Delete the file to have a new token created.`,
  );
}

async function createTokenFile(path: string): Promise<string> {
  const token = randomBytes(32).toString('hex');
  await writeSecretFile(path, `${token}\n`);
  return token;
}
