import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const DOMAIN = 'papers.example.org';

/** Settings as an operator would choose them, for mail that stays on this machine. */
export function buildSettings({
  folder,
  smtpUrl,
  connections,
  isSigned,
}: {
  folder: string;
  smtpUrl: string;
  connections: number;
  isSigned: boolean;
}): Record<string, string> {
  return {
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: `https://${DOMAIN}`,
    MAIL_FROM: `Paperboy <papers@${DOMAIN}>`,
    POSTAL_ADDRESS: 'Paperboy, 12 Example Street, 10117 Berlin, Germany',
    SOURCES: 'none',
    SECRET_KEY: 'signs-the-links-of-mail-that-is-thrown-away',
    SUPPRESSION_KEY: 'hashes-addresses-that-nobody-has-or-reads',
    SMTP_URL: smtpUrl,
    SMTP_CONNECTIONS: String(connections),
    LOG_LEVEL: 'warn',
    ...(isSigned ? createDkimSettings(folder) : {}),
  };
}

function createDkimSettings(folder: string): Record<string, string> {
  const file = join(folder, 'dkim.pem');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return { DKIM_DOMAIN: DOMAIN, DKIM_SELECTOR: 'bench', DKIM_PRIVATE_KEY_FILE: file };
}

/** Flags that make Node write a CPU profile to the folder when the process ends. */
export function profilingFlags(folder: string | null): string[] {
  return folder === null ? [] : ['--cpu-prof', '--cpu-prof-dir', resolve(folder)];
}
