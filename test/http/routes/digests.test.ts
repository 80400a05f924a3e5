import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { findDelivery } from '../../../src/db/deliveries.ts';
import { composeDigest } from '../../../src/services/compose-digest.ts';
import { paper, storePapers } from '../../support/rows.ts';
import { useReader } from '../support/reader.ts';

const reader = useReader();

describe('/view/:token', () => {
  it('shows a reader’s own digest from the moment it is sent, and not before', async () => {
    const { db, tokens, handlers } = reader.site.parts;
    const titles = Array.from(
      { length: 5 },
      (_, at) => `Paper ${at}: On ${'very '.repeat(at)}news`,
    );
    await storePapers(
      db,
      titles.map((title) => ({ ...paper({ title }), slugs: ['agents'] })),
    );
    const { digest } = await composeDigest(db, {
      kind: 'daily',
      date: '2026-05-08',
      now: reader.site.clock(),
    });
    const digestId = digest?.id ?? 0;
    const url = `/view/${tokens.seal({ digestId, subscriberId: reader.id })}`;
    const early = await reader.site.page(url);
    expect(early.statusCode).toBe(404);

    reader.site.clock.advance(2 * 3_600_000);
    await handlers.batch({ digestId, batch: 0 });
    await reader.site.parts.settled();
    expect((await findDelivery(db, digestId, reader.id))?.state).toBe('sent');
    const view = await reader.site.page(url);
    expect(view.statusCode).toBe(200);
    expect(load(view.body)('body').text()).toContain('On very very news');
    expect(view.headers['content-security-policy']).toContain("default-src 'none'");
    expect(view.headers['x-robots-tag']).toBe('noindex');
    expect(view.headers['cache-control']).toBe('no-store');
  });

  it.each(['nonsense', '%00', 'x'.repeat(190)])('is not found for %s', async (bad) => {
    const answer = await reader.site.ask({ url: `/view/${bad}` });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'NO_DELIVERY']);
  });

  it('is not found for a token without a digest', async () => {
    expect((await reader.site.page(`/view/${reader.token}`)).statusCode).toBe(404);
  });
});
