import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { openTestSite, type TestSite } from '../support/site.ts';

const OLD = 'hep-ex/0307015';
let site: TestSite;
let token = '';
let ownToken = '';
beforeAll(async () => {
  site = await openTestSite();
  const { db, tokens } = site.app;
  await storePapers(db, [{ ...buildPaper({ id: OLD }), slugs: ['ssm'] }]);
  const { digest } = await composeDigest(db, {
    kind: 'daily',
    date: '2026-05-08',
    now: site.clock(),
  });
  const subscriberId = await storeSubscriber(db, {});
  token = tokens.seal({ kind: 'delivery', digestId: digest?.id ?? 0, subscriberId });
  ownToken = tokens.seal({ kind: 'subscriber', subscriberId });
});
afterAll(() => site?.close());

describe('/f/:token/:action', () => {
  it.each([
    ['m', 'more'],
    ['l', 'less'],
    ['s', 'save'],
    ['o', 'options'],
  ])(
    'The action “%s” of a short link leads to the page “%s” of the paper of that rank',
    async (code, action) => {
      const answer = await site.request({ method: 'GET', url: `/f/${token}/${code}0` });
      expect(answer.statusCode).toBe(302);
      const location = String(answer.headers.location);
      expect(location.endsWith(`/feedback/${token}/${action}/${OLD}`)).toBe(true);
      expect((await site.page(new URL(location).pathname)).statusCode).toBe(200);
    },
  );

  it('The action “t” of a short link leads to muting the first topic of the paper', async () => {
    const answer = await site.request({ method: 'GET', url: `/f/${token}/t0` });
    expect(answer.statusCode).toBe(302);
    expect(String(answer.headers.location).endsWith(`/feedback/${token}/mute/ssm`)).toBe(true);
  });

  it('The action “t” of a short link leads to the topic that the mail names, also when the paper has other topics by now', async () => {
    const { db } = site.app;
    const move = (from: string, to: string) =>
      db.execute(sql`
        UPDATE paper_topics SET topic_slug = ${to} WHERE paper_id = ${OLD} AND topic_slug = ${from}`);
    await move('ssm', 'rl');
    try {
      const answer = await site.request({ method: 'GET', url: `/f/${token}/t0` });
      expect(String(answer.headers.location).endsWith(`/feedback/${token}/mute/ssm`)).toBe(true);
    } finally {
      await move('rl', 'ssm');
    }
  });

  it.each(['m1', 'm', 'x0', '0', 'm-1', 'm0x'])('There is no paper at %s', async (action) => {
    const answer = await site.request({ method: 'GET', url: `/f/${token}/${action}` });
    expect(answer.statusCode).toBe(404);
  });

  it('A token without a delivery has no ranks, and an unknown token no papers', async () => {
    const own = await site.request({ method: 'GET', url: `/f/${ownToken}/m0` });
    expect(own.statusCode).toBe(404);
    const unknown = await site.request({ method: 'GET', url: `/f/${'A'.repeat(22)}/m0` });
    expect(unknown.statusCode).toBe(404);
  });
});
