import { load } from 'cheerio';
import { sql } from 'drizzle-orm';
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
      muted_topics: [],
      keywords: [],
      names: [],
      frequency: 'daily',
      timezone: 'UTC',
      hour: 7,
      papers: 10,
      minutes: null,
      bar: 'low',
      allows_clicks: false,
      paused_until: null,
    });
  });

  it('takes back what it answers', async () => {
    const choice = {
      muted_topics: ['vision'],
      names: ['Tencent', 'Albert Gu'],
      minutes: 5,
      bar: 'high',
      allows_clicks: true,
    };
    const answer = await patch(choice);
    expect(answer.json()).toMatchObject(choice);
    const { email: _email, status: _status, ...all } = answer.json();
    expect((await patch(all)).json()).toEqual(answer.json());
    expect((await patch({ minutes: null })).json()).toMatchObject({ minutes: null, bar: 'high' });
  });

  it('pauses until a day, and takes the delivery up again at once', async () => {
    expect((await patch({ paused_until: '2026-05-20' })).json()).toMatchObject({
      status: 'paused',
      paused_until: '2026-05-20',
    });
    expect((await patch({ papers: 5 })).json()).toMatchObject({ status: 'paused' });
    expect((await patch({ paused_until: null })).json()).toMatchObject({
      status: 'active',
      paused_until: null,
    });
  });

  it('brings nobody back who left by a pause or its end', async () => {
    await site.post(`/unsubscribe/${token}`);
    await patch({ paused_until: '2026-05-20' });
    expect((await patch({ paused_until: null })).json()).toMatchObject({ status: 'unsubscribed' });
  });

  it('mutes a topic no longer that is followed, and the other way round', async () => {
    await patch({ muted_topics: ['vision', 'rl'] });
    expect((await patch({ topics: ['rl'] })).json()).toMatchObject({ muted_topics: ['vision'] });
    expect((await patch({ muted_topics: ['rl'] })).json()).toMatchObject({ topics: [] });
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
    [{ hour: 6, names: words(21) }, '21 names are too many: at most 20.'],
    [{ hour: 6, topics: ['rl'], muted_topics: ['rl'] }, '“rl” is followed and muted at once'],
    [{ hour: 6, minutes: 61 }, 'minutes is 61: must be <= 60.'],
    [{ hour: 6, bar: 'none' }, 'bar is "none": must be one of low, middle, high.'],
    [{ hour: 6, allows_clicks: 'yes' }, 'allows_clicks is "yes": must be boolean.'],
    [{ hour: 6, paused_until: '2026-05-08' }, 'expected one from 2026-05-09 to 2027-05-09.'],
    [{ hour: 6, paused_until: 'soon' }, '“soon” is no day to pause until'],
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
    'topic-agents': 'follow',
    'topic-rl': 'follow',
    'topic-vision': 'mute',
    'topic-nlp': 'neither',
    keywords: ['lossless', 'state space', ' '],
    remove_keywords: 'lossless',
    names: ['Tencent', ''],
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
      mutedTopics: ['vision'],
      keywords: ['state space'],
      names: ['Tencent'],
      minutes: null,
      frequency: 'weekdays',
      timezone: 'Europe/Berlin',
      hour: 6,
      papers: 5,
    });
  });

  it('leaves alone what a form does not have', async () => {
    await site.post(`/preferences/${token}`, form);
    const before = await reader();
    await site.post(`/preferences/${token}`, { papers: '3', frequency: 'weekly' });
    expect(await reader()).toEqual({ ...before, papers: 3, frequency: 'weekly' });
  });

  it('counts minutes, sets the bar and lets clicks count', async () => {
    const more = { papers: 'minutes', minutes: '5', bar: 'high', clicks: ['no', 'yes'] };
    await site.post(`/preferences/${token}`, { ...form, ...more });
    expect(await reader()).toMatchObject({
      minutes: 5,
      papers: 10,
      bar: 'high',
      allowsClicks: true,
    });
    await site.post(`/preferences/${token}`, { ...form, clicks: 'no' });
    expect(await reader()).toMatchObject({ minutes: null, papers: 5, allowsClicks: false });
  });

  it('pauses, keeps the pause when it is saved again, and takes the delivery up', async () => {
    const path = `/preferences/${token}`;
    const paused = await site.post(path, { ...form, paused_until: '2026-05-20' });
    expect(load(paused.body)('.status').text()).toContain('before Wednesday, 20 May 2026');
    expect(await reader()).toMatchObject({ status: 'paused', pausedUntil: '2026-05-20' });
    await site.post(path, { ...form, paused_until: '2026-05-20' });
    expect(await statusNow()).toBe('paused');
    const resumed = await site.post(`${path}/resume`);
    expect(load(resumed.body)('.statement').text()).toContain('The next edition comes on');
    expect(await reader()).toMatchObject({ status: 'active', pausedUntil: null });
  });

  it('does not end a pause for good by saving something else', async () => {
    const paused = await addReader({ status: 'paused' });
    await site.post(`/preferences/${paused.token}`, { ...form, paused_until: '' });
    expect((await findSubscriber(site.parts.db, paused.id))?.status).toBe('paused');
  });

  it('refuses a word of which nothing can be searched, here and in the API', async () => {
    const refused = await site.post(`/preferences/${token}`, { ...form, keywords: 'of the' });
    expect(load(refused.body)('#keywords-problem').text()).toContain('“of the” holds nothing');
    const answer = await site.ask({
      method: 'PATCH',
      url: `/api/preferences/${token}`,
      payload: { keywords: ['the'] },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_PREFERENCES']);
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
    expect($('input[value="follow"][checked]').length).toBe(2);
    expect($('input[value="mute"][checked]').length).toBe(1);
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

  it('holds what was said of papers, what was learned of it, and the pause', async () => {
    const { db } = site.parts;
    await storePapers(db, [paper({ id: 'said', title: 'Mamba scans' })]);
    await site.post(`/feedback/${token}/more/said`);
    await site.ask({
      method: 'PATCH',
      url: `/api/preferences/${token}`,
      payload: { paused_until: '2026-05-20' },
    });
    await api('POST', '/export');
    const file = (await site.post(await site.mailedPath(email, 'export'))).json();
    expect(file).toMatchObject({
      reader: { status: 'paused', paused_until: '2026-05-20', quiet_since: null, bar: 'low' },
      feedback: [{ paper: 'said', title: 'Mamba scans', verb: 'more' }],
      unlearned: [],
    });
    expect(new Date(file.reader.paused_at)).toEqual(site.clock());
    expect(file.learned).toEqual(expect.any(Array));

    await api('DELETE');
    await site.post(await site.mailedPath(email, 'erase'));
    for (const table of ['feedback', 'letters', 'consents']) {
      const { rows } = await db.execute(
        sql.raw(`SELECT FROM ${table} WHERE subscriber_id = ${id}`),
      );
      expect([table, rows.length]).toEqual([table, 0]);
    }
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
    expect(load(page.body)('form button').first().text()).toBe('Unsubscribe');
    expect((await site.ask({ method: 'HEAD', url })).statusCode).toBe(200);
    expect(await statusNow()).toBe('active');
  });
});

describe('What the way out offers instead', () => {
  const pressInstead = async (place: number) => {
    const $ = load((await site.page(`/unsubscribe/${token}`)).body);
    const form = $('.instead form').eq(place);
    const fields = form
      .find('input')
      .toArray()
      .map((field): [string, string] => [
        $(field).attr('name') ?? '',
        $(field).attr('value') ?? '',
      ]);
    return site.post(form.attr('action') ?? '', Object.fromEntries(fields));
  };

  it('is three papers, once a week', async () => {
    const before = await reader();
    expect(load((await pressInstead(0)).body)('.statement').text()).toMatch(
      /^Three papers on Mondays at 07:00 UTC, from every topic\./,
    );
    expect(await reader()).toEqual({ ...before, frequency: 'weekly', papers: 3 });
  });

  it('is a pause of two weeks', async () => {
    const before = await reader();
    await pressInstead(1);
    expect(await reader()).toEqual({ ...before, status: 'paused', pausedUntil: '2026-05-22' });
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
