import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createDkimDnsRecord } from '../../../src/mail/dkim/open-signer.ts';
import { renderSignedMails } from './support/signed-mails.ts';
import { createSigningKey } from './support/signing.ts';

const SCRIPT = fileURLToPath(new URL('./verify-dkim.py', import.meta.url));

/** Part of `npm run test:services`, where Debian's python3-dkim is installed. */
const python = process.env.TEST_DATABASE_URL ? findPython() : null;

describe.skipIf(python === null)('dkimpy', () => {
  it('verifies every kind of mail that we send, and none that was changed', async () => {
    const key = createSigningKey();
    const mails = await renderSignedMails(key);
    const results = verify(
      createDkimDnsRecord(key),
      mails.flatMap(({ raw }) => [
        raw,
        Buffer.concat([Buffer.from('From: eve@example.org\r\n'), raw]),
        Buffer.concat([raw, Buffer.from('More.\r\n')]),
      ]),
    );
    expect(results).toEqual(mails.flatMap(() => [true, false, false]));
  });
});

function verify(record: object, messages: readonly Buffer[]): boolean[] {
  const request = { record, messages: messages.map((raw) => raw.toString('base64')) };
  const { stdout, stderr } = spawnSync(python ?? '', [SCRIPT], {
    input: JSON.stringify(request),
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/** A Python that knows dkimpy: the first one on the PATH may be another than Debian's. */
function findPython(): string | null {
  const knows = (each: string) => spawnSync(each, ['-c', 'import dkim']).status === 0;
  return ['python3', '/usr/bin/python3'].find(knows) ?? null;
}
