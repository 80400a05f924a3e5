import { describe, expect, it } from 'vitest';
import { findSubscriber } from '../../../src/db/subscribers/subscribers.ts';
import { listTopics } from '../../../src/db/topics/topics.ts';
import { concatMessage } from '../../../src/domain/smtp/message.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { createDigestCopy } from '../../../src/services/digests/digest-context.ts';
import { importPapers } from '../../../src/services/papers/import-papers.ts';
import { readSeed } from '../../../src/wiring/database.ts';
import { subscriberAt } from '../../bench/subscribers/subscribers.ts';
import { composeDigestMessage } from '../../mail/support/digest-messages.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { useTestApp } from '../../support/test-app.ts';

const test = useTestApp({
  PUBLIC_URL: 'https://papers.example.org',
  MAIL_FROM: 'Paperboy <papers@papers.example.org>',
  POSTAL_ADDRESS: 'Paperboy, 12 Example Street, 10117 Berlin, Germany',
});

const SUBSCRIBERS = 20;

/** Bytes of the digest of the seed day for subscribers of the benchmark, ten papers each. */
async function measureMessages() {
  const { db, tokens, clock, mail } = test.app;
  await importPapers(db, { text: await readSeed('papers.json'), source: 'file' }, clock());
  const slugs = (await listTopics(db)).map(({ slug }) => slug);
  const { digest } = await composeDigest(db, { kind: 'daily', date: '2026-05-08', now: clock() });
  const context = await (await mail()).digestContexts(digest?.id ?? 0);
  if (!context) throw new Error('There is no digest of the seed day.');
  const sizes: { whole: number; headers: number; text: number; html: number }[] = [];
  for (let n = 0; n < SUBSCRIBERS; n += 1) {
    const { learned: _, ...preferences } = subscriberAt(n, slugs);
    const id = await storeSubscriber(db, { ...preferences, papers: 10 });
    const subscriber = await findSubscriber(db, id);
    if (!subscriber) throw new Error('The subscriber was not stored.');
    const chooser = { ...subscriber, learned: null };
    const select = await context.createSelectorFor([chooser], new Map());
    const selection = select(chooser);
    if (selection.length < 10) continue;
    const token = tokens.seal({ kind: 'delivery', digestId: context.digest.id, subscriberId: id });
    const message = composeDigestMessage(context.renderer, {
      personalization: createDigestCopy(context, subscriber, { token, selection }),
      to: subscriber.email,
      messageId: '<451a5c1aa9af5b2bd07cd9d61031bcb2@papers.example.org>',
      date: clock(),
    });
    const raw = concatMessage(message).toString('latin1');
    const [textAt, htmlAt] = [raw.indexOf('\r\n\r\n'), raw.indexOf('Content-Type: text/html')];
    sizes.push({
      whole: raw.length,
      headers: textAt,
      text: htmlAt - textAt,
      html: raw.length - htmlAt,
    });
  }
  const mean = (part: keyof (typeof sizes)[number]) =>
    sizes.reduce((sum, size) => sum + size[part], 0) / sizes.length;
  return { count: sizes.length, mean };
}

describe('The size of a digest', () => {
  it('A digest of ten papers has at most 35 KB on the wire, of which the HTML has 27', async () => {
    const { count, mean } = await measureMessages();
    expect(count).toBeGreaterThan(SUBSCRIBERS / 2);
    expect(mean('headers')).toBeLessThan(1_000);
    expect(mean('text')).toBeLessThan(7_800);
    expect(mean('html')).toBeLessThan(27_200);
    expect(mean('whole')).toBeLessThan(35_000);
  });
});
