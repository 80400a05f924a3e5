import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { findDelivery } from '../../../src/db/deliveries/deliveries.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { buildPaper, storePapers } from '../../support/rows.ts';
import { useSubscriberFixture } from '../support/subscriber-fixture.ts';

const subscriber = useSubscriberFixture();

describe('/view/:token', () => {
  it('A subscriber’s digest can be viewed from the moment it is sent, not before', async () => {
    const { db, tokens, handlers } = subscriber.site.app;
    const titles = Array.from(
      { length: 5 },
      (_, at) => `Paper ${at}: On ${'very '.repeat(at)}news`,
    );
    await storePapers(
      db,
      titles.map((title) => ({ ...buildPaper({ title }), slugs: ['agents'] })),
    );
    const { digest } = await composeDigest(db, {
      kind: 'daily',
      date: '2026-05-08',
      now: subscriber.site.clock(),
    });
    const digestId = digest?.id ?? 0;
    const url = `/view/${tokens.seal({ kind: 'delivery', digestId, subscriberId: subscriber.id })}`;
    const early = await subscriber.site.page(url);
    expect(early.statusCode).toBe(404);

    subscriber.site.clock.advance(2 * 3_600_000);
    await handlers.batch({ digestId, batch: 0 });
    await subscriber.site.app.waitForBatches();
    expect((await findDelivery(db, digestId, subscriber.id))?.state).toBe('sent');
    const view = await subscriber.site.page(url);
    expect(view.statusCode).toBe(200);
    expect(load(view.body)('body').text()).toContain('On very very news');
    expect(view.headers['content-security-policy']).toContain("default-src 'none'");
    expect(view.headers['x-robots-tag']).toBe('noindex');
    expect(view.headers['cache-control']).toBe('no-store');
  });

  it.each(['nonsense', '%00', 'x'.repeat(190)])(
    'The web view of the token %s is not found',
    async (bad) => {
      const answer = await subscriber.site.request({ url: `/view/${bad}` });
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'NO_DELIVERY']);
    },
  );

  it('A token without a digest opens no digest', async () => {
    expect((await subscriber.site.page(`/view/${subscriber.token}`)).statusCode).toBe(404);
  });
});
