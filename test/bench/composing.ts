/**
 * `npm run bench:composing`: measures how long the built program takes to make one mail of the seed
 * digest: choosing its papers, composing it, and copying it into the block that is sent. Without
 * database, relay and network. Prints one line of JSON: µs per mail.
 */
import { readFileSync } from 'node:fs';
import type { Selection } from '../../src/domain/digests/digest.ts';
import type { Message } from '../../src/domain/smtp/message.ts';
import { DEFAULT_PREFERENCES } from '../../src/domain/subscribers/subscriber.ts';
import { importBuilt, openBuiltDigest } from './built-digest.ts';
import { subscriberAt } from './subscribers/subscribers.ts';

const SUBSCRIBERS = 3000;
const ROUNDS = 25;
/** The time of each slice is its best in all rounds, which leaves out what disturbs a few. */
const SLICE = 50;
const NOW = new Date('2026-05-08T05:30:00Z');

const { createDigestCopy } = await importBuilt<
  typeof import('../../src/services/digests/digest-context.ts')
>('services/digests/digest-context.js');
const { draftDigestMessage, finishDigestMessage } = await importBuilt<
  typeof import('../../src/mail/digests/digest-message.ts')
>('mail/digests/digest-message.js');
const { createLinkTokens } =
  await importBuilt<typeof import('../../src/domain/links/tokens.ts')>('domain/links/tokens.js');
const { createMessageIds } = await importBuilt<
  typeof import('../../src/mail/encoding/message-id.ts')
>('mail/encoding/message-id.js');
const { createBodyWriter } =
  await importBuilt<typeof import('../../src/relay/session/body.ts')>('relay/session/body.js');

const seed = readFileSync(new URL('../../seeds/papers.json', import.meta.url), 'utf8');
const { context, topics, close } = await openBuiltDigest(seed, { now: NOW });
try {
  const all = Array.from({ length: SUBSCRIBERS }, (_, n) => ({
    ...DEFAULT_PREFERENCES,
    ...subscriberAt(n, topics),
    id: n + 1,
    status: 'active' as const,
    createdAt: NOW,
    confirmedAt: NOW,
    pausedUntil: null,
    allowsClicks: true,
    showsSummaries: true,
    quietSince: null,
  }));
  const choose = await context.createSelectorFor(all, new Map());
  const subscribers = all.filter((each) => choose(each).length > 0);
  const ids = subscribers.map(({ id }) => id);
  const digestId = context.digest.id;
  const tokens = createLinkTokens(['k'.repeat(40)]).sealDeliveries(digestId, ids);
  const messageIds = createMessageIds(Buffer.alloc(32), 'papers.example.org').ofDeliveries(
    digestId,
    ids,
  );
  const writer = createBodyWriter();

  const selections: Selection[] = [];
  const messages: Message[] = [];
  const compose = (n: number): Message => {
    const subscriber = at(subscribers, n);
    const own = { token: at(tokens, n), selection: at(selections, n) };
    const personalization = createDigestCopy(context, subscriber, own);
    const to = subscriber.email;
    const addressed = { personalization, to, messageId: at(messageIds, n), date: NOW };
    const message = finishDigestMessage(draftDigestMessage(context.renderer, addressed), null);
    if (message instanceof Promise) throw new Error('An unsigned message needs no waiting.');
    return message;
  };
  const copy = (n: number): number => {
    writer.start(at(messages, n));
    let bytes = 0;
    while (!writer.isDone()) bytes += writer.nextBlock().length;
    return bytes;
  };
  const steps: Readonly<Record<string, (n: number) => unknown>> = {
    choosing_us: (n) => {
      selections[n] = choose(at(subscribers, n));
    },
    composing_us: (n) => {
      messages[n] = compose(n);
    },
    copying_us: copy,
  };
  const best = new Map(Object.keys(steps).map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(steps)) {
      const times = best.get(name) ?? [];
      for (let slice = 0; slice * SLICE < subscribers.length; slice += 1) {
        const end = Math.min(subscribers.length, (slice + 1) * SLICE);
        const startedAt = performance.now();
        for (let n = slice * SLICE; n < end; n += 1) run(n);
        const elapsedMs = performance.now() - startedAt;
        times[slice] = Math.min(times[slice] ?? Number.POSITIVE_INFINITY, elapsedMs);
      }
    }
  }
  const toMicroseconds = (times: readonly number[]) =>
    Number(((times.reduce((sum, each) => sum + each, 0) / subscribers.length) * 1000).toFixed(1));
  const bytes = subscribers.reduce((sum, _, n) => sum + copy(n), 0);
  console.log(
    JSON.stringify({
      mails: subscribers.length,
      message_bytes: Math.round(bytes / subscribers.length),
      ...Object.fromEntries([...best].map(([name, times]) => [name, toMicroseconds(times)])),
      total_us: toMicroseconds([...best.values()].flat()),
    }),
  );
} finally {
  await close();
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined)
    throw new RangeError(`Expected fewer than ${items.length}, got ${index}.`);
  return item;
}
