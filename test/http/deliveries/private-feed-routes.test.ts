import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { openTestSite, type TestSite } from '../support/site.ts';

let site: TestSite;
let id = 0;
beforeAll(async () => {
  site = await openTestSite();
  const { db } = site.app;
  id = await storeSubscriber(db, { email: 'ada@example.org', topics: ['rl'] });
  await storePapers(db, [
    { ...buildPaper({ id: 'hep-ex/0307015', title: 'Old & good' }), slugs: ['rl'] },
    { ...buildPaper({ title: 'Of something else' }), slugs: ['vision'] },
  ]);
});
afterAll(() => site?.close());

const feedOf = (token: string) => site.request({ url: `/feeds/${token}.xml` });
const own = () => site.app.tokens.sealFeed(id);
const entries = async () => {
  const $ = load((await feedOf(own())).body, { xml: true });
  return $('entry')
    .toArray()
    .map((entry) => [$(entry).find('id').text(), $(entry).find('title').text()]);
};

async function deliver(date: string): Promise<void> {
  const { app, clock } = site;
  const { digest } = await composeDigest(app.db, { kind: 'daily', date, now: clock() });
  clock.advance(2 * 3_600_000);
  await app.handlers.batch({ digestId: digest?.id ?? 0, batch: 0 });
  await app.waitForBatches();
}

describe('The private feed', () => {
  it('The private feed is empty before the first mail', async () => {
    expect(await entries()).toEqual([]);
  });

  it('The private feed has the subscriber’s papers, each with its reason and a permanent id', async () => {
    await deliver('2026-05-08');
    const expected = [['http://localhost:3000/papers/hep-ex/0307015', 'Old & good']];
    expect(await entries()).toEqual(expected);
    const answer = await feedOf(own());
    expect(answer.headers).toMatchObject({
      'cache-control': 'private, max-age=900',
      'x-robots-tag': 'noindex, nofollow',
      'content-type': 'application/atom+xml; charset=utf-8',
    });
    expect(load(answer.body, { xml: true })('summary').text()).toMatch(/Reinforcement learning/);
    expect(answer.body).not.toContain('ada@');
    expect(await entries()).toEqual(expected);
  });

  it('The token of a private feed opens nothing else', async () => {
    for (const path of ['preferences', 'learned', 'saved', 'view']) {
      expect((await site.page(`/${path}/${own()}`)).statusCode).toBe(404);
    }
    await site.post(`/unsubscribe/${own()}`);
    const token = site.app.tokens.seal({ kind: 'subscriber', subscriberId: id });
    expect((await site.request({ url: `/api/preferences/${token}` })).json().status).toBe('active');
    const page = load((await site.page(`/preferences/${token}`)).body);
    expect(page('#your-data a').first().attr('href')).toBe(
      `http://localhost:3000/feeds/${own()}.xml`,
    );
  });

  it('The private feed stays after unsubscribing, and gets no new papers', async () => {
    const before = await entries();
    await site.post(
      `/unsubscribe/${site.app.tokens.seal({ kind: 'subscriber', subscriberId: id })}`,
    );
    await storePapers(site.app.db, [
      { ...buildPaper({ title: 'Too late', usableOn: '2026-05-09' }), slugs: ['rl'] },
    ]);
    await deliver('2026-05-09');
    expect(await entries()).toEqual(before);
  });

  it.each(['nonsense', ''])('The private feed of the token “%s” is not found', async (token) => {
    expect((await feedOf(token)).statusCode).toBe(404);
    expect((await site.request({ url: `/feeds/${own()}` })).statusCode).toBe(404);
  });
});
