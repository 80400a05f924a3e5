import { describe, expect, it } from 'vitest';
import { addTransactionalEmail } from '../../src/db/transactional/transactional-emails.ts';
import { composeDigest } from '../../src/services/digests/compose-digest.ts';
import { runCommand } from '../commands/run.ts';
import { createSigningKey, verifySignature } from '../mail/dkim/support/signing.ts';
import { buildPaper, storePapers, storeSubscriber } from '../support/rows.ts';
import { useTestApp } from '../support/test-app.ts';

const key = createSigningKey();

const test = useTestApp({
  MAIL_FROM: 'Paperboy <papers@news.example.org>',
  DKIM_DOMAIN: key.domain,
  DKIM_SELECTOR: key.selector,
  DKIM_PRIVATE_KEY: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
});

/** The newest caught message, as it came over SMTP. */
async function newestMail(): Promise<Buffer> {
  const { inbox } = test.app;
  const [newest] = (await inbox?.list()) ?? [];
  const mail = await inbox?.read(newest?.id ?? '');
  if (!mail) throw new Error('No mail was caught.');
  return mail.raw;
}

describe('With the settings for DKIM', () => {
  it('Digests and previews are signed, and their signatures verify on arrival', async () => {
    const { db, handlers, clock } = test.app;
    await storePapers(db, [buildPaper({ title: 'Bicycles für alle' }), buildPaper()]);
    await storeSubscriber(db, { email: 'ada@example.org', hour: 5 });
    const composed = await composeDigest(db, { kind: 'daily', date: '2026-05-08', now: clock() });
    test.clock.set('2026-05-09T05:00:00Z');
    await handlers.batch({ digestId: composed.digest?.id ?? 0, batch: 0 });
    await test.app.waitForBatches();
    expect((await newestMail()).toString()).toContain('To: ada@example.org');
    expect(await verifySignature(key, await newestMail())).toBe('pass');
    const preview = await runCommand(test.app, ['digest', 'preview', '--date', '2026-05-08']);
    expect(await verifySignature(key, Buffer.from(preview.stdout))).toBe('pass');
  });

  it('Transactional e-mails are signed, and their signatures verify on arrival', async () => {
    const { db, handlers, clock } = test.app;
    const subscriberId = await storeSubscriber(db, { email: 'bob@example.org', status: 'pending' });
    const requestedAt = clock();
    const expiresAt = new Date(requestedAt.getTime() + 3_600_000);
    const emailId = await addTransactionalEmail(db, {
      subscriberId,
      kind: 'confirm',
      requestedAt,
      expiresAt,
    });
    await handlers['transactional-email']({ emailId });
    expect((await newestMail()).toString()).toContain('To: bob@example.org');
    expect(await verifySignature(key, await newestMail())).toBe('pass');
  });

  it('The doctor names the DKIM record that receivers need', async () => {
    const { stdout } = await runCommand(test.app, ['doctor']);
    expect(stdout).toMatch(
      /^ok {5}dkim {6}A test signature of example\.org verifies\. .* paperboy2026\._domainkey\.example\.org: v=DKIM1; k=rsa; p=[\w+/=]+$/m,
    );
  });
});
