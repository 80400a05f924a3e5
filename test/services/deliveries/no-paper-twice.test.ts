import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { listDigestPapers } from '../../../src/db/digests/digests.ts';
import { updatePreferences } from '../../../src/db/subscribers/subscribers.ts';
import { addTransactionalEmail } from '../../../src/db/transactional/transactional-emails.ts';
import { readSelections } from '../../../src/services/deliveries/read-selections.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { giveFeedback } from '../../../src/services/feedback/give-feedback.ts';
import { importLibrary } from '../../../src/services/library/import-library.ts';
import { importPapers } from '../../../src/services/papers/import-papers.ts';
import { sendTransactionalEmail } from '../../../src/services/transactional/send-transactional-email.ts';
import { FRIDAY, MONDAY } from '../../support/clock.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { useSendingFixture } from './sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, compose, composeFor, database, deliver, deps, lease, rows, storeSixPapers } =
  fixture;

/** The titles, such as `Bicycle 3`, in each message that was sent, in order. */
async function listSentTitles(): Promise<string[][]> {
  const messages = fixture.sink.accepted.map(({ raw }) => PostalMime.parse(raw));
  return (await Promise.all(messages)).map(({ text = '' }) => [
    ...new Set(text.match(/Bicycle \d/g)),
  ]);
}

async function send(digestId: number): Promise<void> {
  await deliver(deps(), { digestId, leaseId: await lease() });
}

/** Sends two of six papers of the Friday to one subscriber, who then wants weekly digests. */
async function sendDailyThenChange(): Promise<number> {
  const { digestId, ids } = await composeFor([{ papers: 2 }]);
  await send(digestId);
  const id = ids[0] ?? 0;
  await updatePreferences(database.db, id, { frequency: 'weekly' }, clock());
  return id;
}

/** Ends a pause over the weekly digest of the Monday with the e-mail after it. */
async function sendReturnEmail(id: number): Promise<void> {
  const pausedAt = new Date('2026-05-10T12:00:00Z');
  await updatePreferences(database.db, id, { pausedUntil: '2026-05-13' }, pausedAt);
  await compose('weekly', MONDAY);
  clock.set('2026-05-13T07:00:00Z');
  await updatePreferences(database.db, id, { pausedUntil: null }, clock());
  const emailId = await addTransactionalEmail(database.db, {
    subscriberId: id,
    kind: 'return',
    requestedAt: clock(),
    expiresAt: new Date('2026-06-13T07:00:00Z'),
  });
  await sendTransactionalEmail(deps(), emailId);
}

describe('No paper is shown to a subscriber twice', () => {
  it('The e-mail after a pause has no paper of a digest that was sent before it', async () => {
    await sendReturnEmail(await sendDailyThenChange());
    const [daily = [], afterPause = []] = await listSentTitles();
    expect(daily).toHaveLength(2);
    expect(afterPause).toHaveLength(4);
    expect(afterPause.filter((title) => daily.includes(title))).toEqual([]);
  });

  it('A later digest has no paper of the e-mail after a pause', async () => {
    await storeSixPapers();
    const id = await storeSubscriber(database.db, { frequency: 'weekly' });
    await sendReturnEmail(id);
    await updatePreferences(database.db, id, { frequency: 'daily' }, clock());
    const [afterPause = []] = await listSentTitles();
    expect(afterPause).toHaveLength(6);
    const again = await compose('daily', FRIDAY);
    clock.set('2026-05-08T07:00:00Z');
    await send(again);
    expect(await listSentTitles()).toHaveLength(1);
    expect((await rows(again))[0]?.state).toBe('skipped');
  });

  it('A digest has no paper on which the subscriber gave feedback before', async () => {
    const { digestId, ids } = await composeFor([{ papers: 4 }]);
    const subscriberId = ids[0] ?? 0;
    const given = { subscriberId, paperId: 'p0' } as const;
    await giveFeedback(deps(), { ...given, verb: 'save' });
    await giveFeedback(deps(), { ...given, paperId: 'p1', verb: 'less' });
    await send(digestId);
    const [titles = []] = await listSentTitles();
    expect(titles.toSorted()).toEqual(['Bicycle 2', 'Bicycle 3', 'Bicycle 4', 'Bicycle 5']);
  });

  it.each([
    ['its id', 'https://arxiv.org/abs/2605.01234'],
    ['its title', 'Policies that ride bicycles, across the country'],
  ])(
    'A digest has no paper of the library that the subscriber brought by %s',
    async (_by, text) => {
      const id = await storeSubscriber(database.db);
      await importLibrary({ ...deps(), allowsLookups: false }, id, text);
      const known = buildPaper({
        id: '2605.01234',
        title: 'Policies That Ride Bicycles Across the Country',
        upvotes: 99,
      });
      await storePapers(database.db, [known, buildPaper({ id: 'p9', title: 'Bicycle 9' })]);
      await send(await compose('daily', FRIDAY));
      expect(await listSentTitles()).toEqual([['Bicycle 9']]);
      expect(fixture.sink.accepted[0]?.raw.toString()).not.toContain('2605.01234');
    },
  );

  it('The private feed has each paper once, whatever digests it came with', async () => {
    const id = await sendDailyThenChange();
    clock.set(`${MONDAY}T07:00:00Z`);
    await send(await compose('weekly', MONDAY));
    const ids = (await readSelections(database.db, id)).map(({ paper }) => paper.id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('No paper is in two digests of a kind', () => {
  const title = 'Bicycles That Balance Themselves While Standing';
  const abstract = 'We present a bicycle that balances itself. It stands for an hour.';
  const store = (entry: Record<string, unknown>, source: 'file' | 'seed' = 'file') =>
    importPapers(
      database.db,
      { text: JSON.stringify([{ title, abstract, ...entry }]), source },
      clock(),
    );
  const composeAll = async () => {
    const found: string[] = [];
    for (const date of [FRIDAY, '2026-05-09', '2026-05-10']) {
      const now = new Date(`${date}T05:30:00Z`);
      const { digest } = await composeDigest(database.db, { kind: 'daily', date, now });
      if (digest) found.push(...(await listDigestPapers(database.db, digest.id)).map((p) => p.id));
    }
    return found;
  };

  it.each([
    ['a new version', { id: '2605.01234v2', listed_on: '2026-05-09', title: `${title}, Revised` }],
    ['its link', { id: 'https://arxiv.org/abs/2605.01234', listed_on: '2026-05-09' }],
    ['its DOI', { id: '10.48550/arXiv.2605.01234', listed_on: '2026-05-09' }],
    ['another id and the same title', { id: 'feed-17', listed_on: '2026-05-09' }],
    ['no id and the same title', { listed_on: '2026-05-10' }],
  ])('A paper that comes again with %s is in no second digest', async (_how, again) => {
    await store({ id: '2605.01234v1', listed_on: FRIDAY });
    const first = await composeDigest(database.db, {
      kind: 'daily',
      date: FRIDAY,
      now: new Date(`${FRIDAY}T05:30:00Z`),
    });
    expect(first.digest?.papers).toBe(1);
    await store(again);
    expect(await composeAll()).toEqual(['2605.01234']);
  });

  it('A paper that two sources list on one day is in the digest once, under its arXiv id', async () => {
    await store({ id: 'feed-17', listed_on: FRIDAY });
    await store({ id: '2605.01234', listed_on: FRIDAY, upvotes: 3 }, 'seed');
    expect(await composeAll()).toEqual(['2605.01234']);
  });
});
