import { load } from 'cheerio';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findSubscriber } from '../../../src/db/subscribers/subscribers.ts';
import type { Subscriber } from '../../../src/domain/subscribers/subscriber.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { openTestSite, type TestSite } from '../support/site.ts';

const OLD = 'hep-ex/0307015';
const OTHER = '2605.00009';
let site: TestSite;
let digestId = 0;
beforeAll(async () => {
  site = await openTestSite();
  const { db } = site.app;
  await storePapers(db, [
    {
      ...buildPaper({ id: OLD, title: 'Mamba: selective scans', abstract: 'We scan selectively.' }),
      slugs: ['ssm'],
    },
    {
      ...buildPaper({
        id: '2605.00001',
        title: 'Of Bicycles',
        url: 'https://example.net/bicycles',
      }),
      slugs: ['rl'],
    },
    { ...buildPaper({ id: OTHER, usableOn: '2026-05-09' }), slugs: ['rl'] },
  ]);
  const { digest } = await composeDigest(db, {
    kind: 'daily',
    date: '2026-05-08',
    now: site.clock(),
  });
  digestId = digest?.id ?? 0;
});
afterAll(() => site?.close());

let id = 0;
let token = '';
beforeEach(async () => {
  ({ id, token } = await addSubscriber({ topics: ['ssm'] }));
});

async function addSubscriber(changes: Partial<Subscriber>): Promise<{ id: number; token: string }> {
  const subscriberId = await storeSubscriber(site.app.db, changes);
  return {
    id: subscriberId,
    token: site.app.tokens.seal({ kind: 'delivery', digestId, subscriberId }),
  };
}

async function output(subscriberId = id): Promise<string[]> {
  const { rows } = await site.app.db.execute<{ entry: string }>(sql`
    SELECT verb || ' ' || paper_id AS entry FROM feedback WHERE subscriber_id = ${subscriberId} ORDER BY 1`);
  return rows.map((row) => row.entry);
}

const learned = async () => {
  const { rows } = await site.app.db.execute<{ learned: string | null }>(
    sql`SELECT learned FROM subscribers WHERE id = ${id}`,
  );
  return rows[0]?.learned ?? null;
};

describe('/feedback/:token', () => {
  it.each(['more', 'less', 'save', 'options'])(
    'A GET of the link “%s” changes nothing, however often',
    async (verb) => {
      const url = `/feedback/${token}/${verb}/${OLD}`;
      for (const method of ['GET', 'HEAD', 'GET'] as const) {
        const answer = await site.request({ method, url, headers: { accept: 'text/html' } });
        expect(answer.statusCode).toBe(200);
        expect(answer.headers['cache-control']).toBe('no-store');
      }
      expect(await output()).toEqual([]);
      expect(load((await site.page(url)).body)('h2').text()).toBe('Mamba: selective scans');
    },
  );

  it.each([
    ['more', 'Papers that mention “'],
    ['less', 'will rank lower in your digests.'],
    ['save', 'It stays on your list of saved papers until you remove it. Papers that mention “'],
  ])('A POST of “%s” says what it means and can be undone', async (verb, sentence) => {
    const url = `/feedback/${token}/${verb}/${OLD}`;
    const page = load((await site.post(url)).body);
    expect(page('.statement').text()).toContain(sentence);
    expect(await output()).toEqual([`${verb} ${OLD}`]);
    expect(await learned()).not.toBeNull();

    const back = page('.secondary-actions form').attr('action') ?? '';
    const taken = await site.post(back);
    expect(load(taken.body)('h1').text()).toBe('Undone');
    expect(await output()).toEqual([]);
    expect(await learned()).toBeNull();
  });

  it('More and less exclude each other, and the same again changes nothing', async () => {
    await site.post(`/feedback/${token}/more/${OLD}`);
    await site.post(`/feedback/${token}/more/${OLD}`);
    expect(await output()).toEqual([`more ${OLD}`]);
    await site.post(`/feedback/${token}/less/${OLD}`);
    expect(await output()).toEqual([`less ${OLD}`]);
  });

  it.each([
    ['multipart/form-data', '--x--'],
    ['text/plain', 'a'],
    [';;;', 'a'],
    ['application/json', '{'],
    [undefined, undefined],
  ])('A POST of the type %s works without a cookie', async (type, payload) => {
    const answer = await site.request({
      method: 'POST',
      url: `/feedback/${token}/more/${OLD}`,
      headers: type === undefined ? {} : { 'content-type': type },
      ...(payload !== undefined && { payload }),
    });
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'noted' }]);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(await output()).toEqual([`more ${OLD}`]);
  });

  it('A feedback link is not found for an unknown token or a paper of another digest', async () => {
    const forged = token.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    const nobody = site.app.tokens.seal({ kind: 'delivery', digestId, subscriberId: 987_654 });
    const paths = [
      `${forged}/more/${OLD}`,
      `${nobody}/more/${OLD}`,
      `${token}/more/${OTHER}`,
      `${token}/more/nothing`,
      `${token}/more/%00`,
      `${token}/options/${OTHER}`,
      `${token}/mute/cooking`,
      `${token}/click/${OLD}`,
    ];
    for (const path of paths) {
      for (const answer of [
        await site.page(`/feedback/${path}`),
        await site.post(`/feedback/${path}`),
      ]) {
        expect([path, answer.statusCode]).toEqual([path, 404]);
        expect(load(answer.body)('h1').text()).toBe('Page not found');
      }
    }
    expect(await output()).toEqual([]);
  });

  it('A token without a digest may rate any stored paper', async () => {
    const own = site.app.tokens.seal({ kind: 'subscriber', subscriberId: id });
    await site.post(`/feedback/${own}/save/${OTHER}`);
    expect(await output()).toEqual([`save ${OTHER}`]);
  });
});

describe('/feedback/:token/mute/:slug', () => {
  const topics = async () => {
    const subscriber = await findSubscriber(site.app.db, id);
    return [subscriber?.topics, subscriber?.mutedTopics];
  };

  it('A GET of the mute link changes nothing, and a POST mutes and can be undone', async () => {
    const url = `/feedback/${token}/mute/ssm`;
    await site.page(url);
    expect(await topics()).toEqual([['ssm'], []]);
    const page = load((await site.post(url)).body);
    expect(page('.statement').text()).toContain('You no longer follow it.');
    expect(await topics()).toEqual([[], ['ssm']]);
    await site.post(page('.secondary-actions form').attr('action') ?? '');
    expect(await topics()).toEqual([['ssm'], []]);
  });
});

describe('/feedback/:token/options', () => {
  it('The options page offers each action or its undo', async () => {
    await site.post(`/feedback/${token}/more/${OLD}`);
    const $ = load((await site.page(`/feedback/${token}/options/${OLD}`)).body);
    const actions = $('.secondary-actions form')
      .toArray()
      .map((form) => $(form).attr('action'));
    expect(actions.map((action) => new URL(action ?? '', 'http://x').pathname)).toEqual([
      `/feedback/${token}/more/${OLD}`,
      `/feedback/${token}/less/${OLD}`,
      `/feedback/${token}/save/${OLD}`,
      `/feedback/${token}/mute/ssm`,
    ]);
    expect(actions[0]).toMatch(/\?back=1$/);
    expect(actions[1]).not.toContain('?back');
  });
});

describe('/read/:token', () => {
  it('The tracked link redirects to the paper’s own address and to no other', async () => {
    const answer = await site.page(`/read/${token}/2605.00001?url=https://evil.example`);
    expect([answer.statusCode, answer.headers.location]).toEqual([
      302,
      'https://example.net/bicycles',
    ]);
    const arxiv = await site.page(`/read/${token}/${OLD}`);
    expect(arxiv.headers.location).toBe(`https://arxiv.org/abs/${OLD}`);
    expect((await site.page(`/read/${token}/https://evil.example`)).statusCode).toBe(404);
  });

  it('A click is recorded only for a subscriber who allows it', async () => {
    await site.page(`/read/${token}/${OLD}`);
    expect(await output()).toEqual([]);
    const open = await addSubscriber({ allowsClicks: true });
    await site.request({ method: 'HEAD', url: `/read/${open.token}/${OLD}` });
    expect(await output(open.id)).toEqual([]);
    await site.page(`/read/${open.token}/${OLD}`);
    expect(await output(open.id)).toEqual([`click ${OLD}`]);
  });
});

describe('/saved/:token', () => {
  it('Saved papers are listed and can be removed', async () => {
    const url = `/saved/${token}`;
    expect(load((await site.page(url)).body)('main').text()).toContain(
      'You haven’t saved any papers yet.',
    );
    await site.post(`/feedback/${token}/save/${OLD}`);
    const $ = load((await site.page(url)).body);
    expect($('.paper-list h2').text()).toBe('Mamba: selective scans');
    const removed = await site.post($('.paper-list form').attr('action') ?? '');
    expect(load(removed.body)('[role="status"]').text()).toBe('Removed: Mamba: selective scans.');
    expect(await output()).toEqual([]);
  });
});

describe('/learned/:token', () => {
  const url = () => `/learned/${token}`;
  const termsOn = (body: string) => {
    const $ = load(body);
    return $('button[name="forget"]')
      .toArray()
      .map((button) => $(button).attr('value') ?? '');
  };

  it('Learned terms are shown with their weights and origins', async () => {
    expect(load((await site.page(url())).body)('.statement').text()).toMatch(/^Nothing yet\./);
    await site.post(`/feedback/${token}/more/${OLD}`);
    const $ = load((await site.page(url())).body);
    expect($('.weight').first().text()).toMatch(/^\+0\.\d\d$/);
    expect($('.from').first().text()).toBe('more like Mamba');
  });

  it('A removed term stays removed until it is allowed again', async () => {
    await site.post(`/feedback/${token}/more/${OLD}`);
    const [term = ''] = termsOn((await site.page(url())).body);
    const without = await site.post(url(), { forget: term });
    expect(termsOn(without.body)).not.toContain(term);
    await site.post(`/feedback/${token}/save/${OLD}`);
    expect(termsOn((await site.page(url())).body)).not.toContain(term);
    expect(termsOn((await site.post(url(), { allow: term })).body)).toContain(term);
  });

  it('Feedback can be undone on the page, and everything forgotten', async () => {
    await site.post(`/feedback/${token}/less/${OLD}`);
    await site.post(`/feedback/${token}/save/2605.00001`);
    await site.post(url(), { back: `less ${OLD}` });
    expect(await output()).toEqual(['save 2605.00001']);
    const forgotten = await site.post(url(), { 'forget-all': 'yes' });
    expect(termsOn(forgotten.body)).toEqual([]);
    expect(await output()).toEqual(['save 2605.00001']);
  });

  it('Learned terms are shown only with a token of the subscriber', async () => {
    for (const page of ['learned', 'saved']) {
      expect((await site.page(`/${page}/nonsense`)).statusCode).toBe(404);
    }
    expect((await site.post('/learned/nonsense', { forget: 'x' })).statusCode).toBe(404);
  });
});
