import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createDkimDnsRecord } from '../../../src/mail/dkim/open-signer.ts';
import { renderSignedMails } from './support/signed-mails.ts';
import { createSigningKey } from './support/signing.ts';

const SCRIPT = fileURLToPath(new URL('./verify-dkim.py', import.meta.url));

describe('Verification by dkimpy', () => {
  it('dkimpy verifies every kind of mail that we send, and none that was changed', async () => {
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
  const { stdout, stderr } = spawnSync(findPython(), [SCRIPT], {
    input: JSON.stringify(request),
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/** A Python that has dkimpy. The first one on the PATH may lack it. */
function findPython(): string {
  const hasDkimpy = (python: string) => spawnSync(python, ['-c', 'import dkim']).status === 0;
  const found = ['python3', '/usr/bin/python3'].find(hasDkimpy);
  if (!found) throw new Error('No Python has dkimpy (Debian: apt-get install python3-dkim).');
  return found;
}
