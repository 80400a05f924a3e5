import { load } from 'cheerio';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findDelivery } from '../../../src/db/deliveries.ts';
import { findSubscriber, findSubscriberByEmail } from '../../../src/db/subscribers.ts';
import { findSuppression } from '../../../src/db/suppressions.ts';
import type { Subscriber } from '../../../src/domain/subscriber.ts';
import { hashSuppressed } from '../../../src/domain/tokens.ts';
import { composeDigest } from '../../../src/services/compose-digest.ts';
import { paper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { openTestSite, type TestSite } from '../support/site.ts';

let site: TestSite;
beforeAll(async () => {
  site = await openTestSite();
});
afterAll(() => site?.close());

let count = 0;
let email = '';
let id = 0;
let token = '';
beforeEach(async () => {
  count += 1;
  email = `reader-${count}@example.net`;
  ({ id, token } = await addReader({ email }));
});

async function addReader(changes: Partial<Subscriber>): Promise<{ id: number; token: string }> {
  const subscriberId = await storeSubscriber(site.parts.db, changes);
  return { id: subscriberId, token: site.parts.tokens.seal({ digestId: 0, subscriberId }) };
}

const words = (many: number) => Array.from({ length: many }, (_, at) => `word ${at}`);

const reader = () => findSubscriber(site.parts.db, id);
const statusNow = async () => (await reader())?.status;

describe('GET and PATCH /api/preferences/:token', () => {
  const patch = (payload: object) =>
    site.ask({ method: 'PATCH', url: `/api/preferences/${token}`, payload });

  it('answers with exactly what the contract names', async () => {
    const answer = await site.ask({ url: `/api/preferences/${token}` });
    expect(answer.json()).toEqual({
      email,
      status: 'active',
      topics: [],
      keywords: [],
      frequency: 'daily',
      timezone: 'UTC',
      hour: 7,
      papers: 10,
    });
  });

  it('changes what is named and nothing else', async () => {
    const before = await reader();
    const answer = await patch({ hour: 21, topics: ['agents'] });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ hour: 21, topics: ['agents'], papers: 10 });
    expect(await reader()).toEqual({ ...before, hour: 21, topics: ['agents'] });
  });

  it('changes nothing when nothing is named', async () => {
    const before = await reader();
    expect((await patch({})).statusCode).toBe(200);
    expect(await reader()).toEqual(before);
  });

  it.each([
    [{ papers: 0 }, 'papers is 0: must be >= 1.'],
    [{ hour: 6, status: 'active' }, '“status” is no known field of the body.'],
    [{ hour: 6, email: 'a@b.co' }, '“email” is no known field of the body.'],
    [{ hour: 6, topics: ['cooking'] }, '“cooking” is no topic'],
    [{ hour: 6, keywords: words(21) }, '21 keywords are too many: at most 20.'],
  ])('refuses %j and then changes nothing', async (payload, message) => {
    const answer = await patch(payload);
    expect([answer.statusCode, answer.json().message]).toEqual([
      400,
      expect.stringContaining(message),
    ]);
    expect(await reader()).toMatchObject({ hour: 7, keywords: [] });
  });

  it('knows no reader behind a forged, a cut or an erased token', async () => {
    const nobody = site.parts.tokens.seal({ digestId: 0, subscriberId: 987_654 });
    for (const bad of ['nonsense', token.slice(0, -1), nobody, `${token}A`]) {
      const answer = await site.ask({ url: `/api/preferences/${bad}` });
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'UNKNOWN_TOKEN']);
      const change = await site.ask({
        method: 'PATCH',
        url: `/api/preferences/${bad}`,
        payload: { hour: 1 },
      });
      expect(change.statusCode).toBe(404);
    }
  });
});

describe('The preference page', () => {
  const form = {
    topics: ['agents', 'rl'],
    keywords: 'lossless\r\n\r\nTencent\r\n',
    frequency: 'weekdays',
    timezone: 'Europe/Berlin',
    hour: '6',
    papers: '5',
  };

  it('shows the delivery and the day of the next edition', async () => {
    const page = await site.page(`/preferences/${token}`);
    expect(page.statusCode).toBe(200);
    expect(load(page.body)('.statement').text()).toBe(
      'Ten papers every day at 07:00 UTC, from every topic. The next edition comes on Friday, 8 May 2026.',
    );
    expect(page.headers['cache-control']).toBe('no-store');
  });

  it('stores the form and says so', async () => {
    const saved = await site.post(`/preferences/${token}`, form);
    expect(saved.statusCode).toBe(200);
    expect(load(saved.body)('[role="status"]').text()).toBe('Saved.');
    expect(await reader()).toMatchObject({
      topics: ['agents', 'rl'],
      keywords: ['lossless', 'Tencent'],
      frequency: 'weekdays',
      timezone: 'Europe/Berlin',
      hour: 6,
      papers: 5,
    });
  });

  it('follows no topic when none is ticked', async () => {
    await site.post(`/preferences/${token}`, form);
    const { topics: _none, ...rest } = form;
    await site.post(`/preferences/${token}`, rest);
    expect(await reader()).toMatchObject({ topics: [], papers: 5 });
  });

  it('comes back filled when it is refused, and stores nothing', async () => {
    const words = 'x'.repeat(81);
    const refused = await site.post(`/preferences/${token}`, { ...form, keywords: words });
    const $ = load(refused.body);
    expect(refused.statusCode).toBe(400);
    expect($('#keywords-problem').text()).toContain('too long');
    expect($('#keywords').val()).toBe(words);
    expect($('#hour').val()).toBe('6');
    expect($('input[name="papers"][checked]').val()).toBe('5');
    expect($('input[name="topics"][checked]').length).toBe(2);
    expect(await reader()).toMatchObject({ topics: [], keywords: [], hour: 7, papers: 10 });
  });

  it('is not found for a token of nobody', async () => {
    for (const answer of [
      await site.page('/preferences/nonsense'),
      await site.post('/preferences/nonsense', form),
      await site.post('/preferences/nonsense/export'),
    ]) {
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['content-type']).toContain('text/html');
    }
  });

  it('promises nothing to a reader whom nothing reaches', async () => {
    const paused = await addReader({ status: 'paused' });
    const page = await site.page(`/preferences/${paused.token}`);
    expect(load(page.body)('.preferences-head').text()).not.toContain('The next edition');
  });
});

describe('Export and erasure', () => {
  const api = (method: 'POST' | 'DELETE', path = '') =>
    site.ask({ method, url: `/api/preferences/${token}${path}` });

  it('mails a link to everything that is stored', async () => {
    const asked = await api('POST', '/export');
    expect([asked.statusCode, asked.body]).toEqual([202, '{"status":"mailed"}']);
    const path = await site.mailedPath(email, 'export');
    expect((await site.page(path)).statusCode).toBe(200);
    const file = await site.post(path);
    expect(file.headers['content-disposition']).toBe('attachment; filename="paperboy.json"');
    expect(file.json()).toMatchObject({ reader: { email, hour: 7 }, consents: [], deliveries: [] });
  });

  it('erases only when the mailed link is pressed, and then everything', async () => {
    const asked = await api('DELETE');
    expect([asked.statusCode, asked.body]).toEqual([202, '{"status":"mailed"}']);
    const path = await site.mailedPath(email, 'erase');
    await site.page(path);
    await site.ask({ method: 'HEAD', url: path });
    expect(await statusNow()).toBe('active');

    const pressed = await site.post(path);
    expect(pressed.statusCode).toBe(200);
    expect(await findSubscriberByEmail(site.parts.db, email)).toBeNull();
    const hash = hashSuppressed(email, site.deps.suppressionKey);
    expect(await findSuppression(site.parts.db, hash)).toBe('erased');
    expect((await site.ask({ url: `/api/preferences/${token}` })).statusCode).toBe(404);
    expect((await site.post(path)).statusCode).toBe(404);
  });

  it('is asked for on the page as well', async () => {
    for (const kind of ['export', 'erase']) {
      const asked = await site.post(`/preferences/${token}/${kind}`);
      expect(asked.statusCode).toBe(202);
      expect(await site.mailedPath(email, kind)).toMatch(new RegExp(`^/${kind}/`));
    }
    const deleted = await site.ask({ method: 'DELETE', url: `/preferences/${token}` });
    expect(deleted.statusCode).toBe(202);
  });

  it('is over after half an hour', async () => {
    await api('DELETE');
    const path = await site.mailedPath(email, 'erase');
    const before = site.clock();
    site.clock.advance(30 * 60_000);
    const answers = [await site.page(path), await site.post(path)];
    site.clock.set(before);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([410, 410]);
    expect(await statusNow()).toBe('active');
  });

  it('does not take the link of one kind for the other', async () => {
    await api('POST', '/export');
    const path = (await site.mailedPath(email, 'export')).replace('/export/', '/erase/');
    expect((await site.post(path)).statusCode).toBe(404);
    expect(await statusNow()).toBe('active');
  });
});

describe('GET and HEAD /unsubscribe/:token', () => {
  it('change nothing', async () => {
    const url = `/unsubscribe/${token}`;
    const page = await site.page(url);
    expect(load(page.body)('form[method="post"] button').text()).toBe('Unsubscribe');
    expect((await site.ask({ method: 'HEAD', url })).statusCode).toBe(200);
    expect(await statusNow()).toBe('active');
  });
});

describe('POST /unsubscribe/:token', () => {
  const ONE_CLICK = 'List-Unsubscribe=One-Click';
  const MULTIPART = [
    '--limit',
    'Content-Disposition: form-data; name="List-Unsubscribe"',
    '',
    'One-Click',
    '--limit--',
    '',
  ].join('\r\n');

  it.each([
    ['multipart/form-data', 'multipart/form-data; boundary=limit', MULTIPART],
    ['multipart/form-data that is broken', 'multipart/form-data', 'nonsense'],
    ['urlencoded', 'application/x-www-form-urlencoded', ONE_CLICK],
    ['JSON', 'application/json', '{"List-Unsubscribe":"One-Click"}'],
    ['JSON that is broken', 'application/json', '{'],
    ['JSON without a body', 'application/json', undefined],
    ['plain text', 'text/plain', ONE_CLICK],
    ['a type cut short', 'text', ONE_CLICK],
    ['a type of signs', ';;;', ONE_CLICK],
    ['an empty type', '', ONE_CLICK],
    ['no type', undefined, ONE_CLICK],
    ['no body', undefined, undefined],
    ['a large body', 'application/octet-stream', 'x'.repeat(200_000)],
  ])('unsubscribes by %s', async (_name, type, payload) => {
    const answer = await site.ask({
      method: 'POST',
      url: `/unsubscribe/${token}`,
      headers: type === undefined ? {} : { 'content-type': type },
      ...(payload !== undefined && { payload }),
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(answer.headers).not.toHaveProperty('location');
    expect(await statusNow()).toBe('unsubscribed');
  });

  it('works twice', async () => {
    const first = await site.post(`/unsubscribe/${token}`);
    const second = await site.post(`/unsubscribe/${token}`);
    expect([second.statusCode, second.body]).toEqual([first.statusCode, first.body]);
    expect((await site.page(`/unsubscribe/${token}`)).body).toBe(first.body);
  });

  it.each([
    ['nobody’s', () => 'nonsense'],
    ['an erased reader’s', () => site.parts.tokens.seal({ digestId: 3, subscriberId: 987_654 })],
    ['far too long', () => 'x'.repeat(5000)],
    ['in two parts', () => 'a/b'],
    ['a NUL', () => '%00'],
  ])('answers 200 when the token is %s', async (_name, make) => {
    const url = `/unsubscribe/${make()}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await site.ask({ method: 'POST', url, headers, payload: ONE_CLICK });
    expect(answer.statusCode).toBe(200);
    expect((await site.post(url)).statusCode).toBe(200);
    expect((await site.page(url)).statusCode).toBe(200);
  });

  it('takes the token although the mail program added to the address', async () => {
    for (const ending of ['/', '?utm_source=mail']) {
      const other = await addReader({});
      await site.post(`/unsubscribe/${other.token}${ending}`);
      expect((await findSubscriber(site.parts.db, other.id))?.status).toBe('unsubscribed');
    }
  });

  it('has no limit that would refuse', async () => {
    const answers = await Promise.all(
      Array.from({ length: 120 }, () => site.ask({ method: 'POST', url: '/unsubscribe/x' })),
    );
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  });
});

describe('/view/:token', () => {
  it('shows a reader’s own digest from the moment it is sent, and not before', async () => {
    const { db, tokens, handlers } = site.parts;
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
      now: site.clock(),
    });
    const digestId = digest?.id ?? 0;
    const url = `/view/${tokens.seal({ digestId, subscriberId: id })}`;
    const early = await site.page(url);
    expect(early.statusCode).toBe(404);

    site.clock.advance(2 * 3_600_000);
    await handlers.batch({ digestId, batch: 0 });
    await site.parts.settled();
    expect((await findDelivery(db, digestId, id))?.state).toBe('sent');
    const view = await site.page(url);
    expect(view.statusCode).toBe(200);
    expect(load(view.body)('body').text()).toContain('On very very news');
    expect(view.headers['content-security-policy']).toContain("default-src 'none'");
    expect(view.headers['x-robots-tag']).toBe('noindex');
    expect(view.headers['cache-control']).toBe('no-store');
  });

  it.each(['nonsense', '%00', 'x'.repeat(190)])('is not found for %s', async (bad) => {
    const answer = await site.ask({ url: `/view/${bad}` });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'NO_DELIVERY']);
  });

  it('is not found for a token without a digest', async () => {
    expect((await site.page(`/view/${token}`)).statusCode).toBe(404);
  });
});
