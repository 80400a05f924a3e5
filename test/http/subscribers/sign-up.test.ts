import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDelivery } from '../../../src/db/deliveries/deliveries.ts';
import { findSubscriberByEmail } from '../../../src/db/subscribers/subscribers.ts';
import { suppressAddress } from '../../../src/db/subscribers/suppressions.ts';
import { hashSuppressedAddress } from '../../../src/domain/links/tokens.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { buildPaper, storePapers } from '../../support/rows.ts';
import { openTestSite, type TestSite } from '../support/site.ts';

let site: TestSite;
beforeAll(async () => {
  site = await openTestSite({ SIGNUPS_PER_HOUR: '6' });
});
afterAll(() => site?.close());

/** Each call comes from a network of its own, unless one is named. */
let network = 0;
const signUp = (payload: object, remoteAddress = `10.0.${network++}.1`) =>
  site.request({ method: 'POST', url: '/api/subscribers', payload, remoteAddress });

const subscribe = (fields: Record<string, string | string[]>) => site.post('/subscribe', fields);

describe('POST /api/subscribers', () => {
  it('New, known and suppressed addresses get the same answer', async () => {
    const { db } = site.app;
    const hash = hashSuppressedAddress('gone@example.org', site.deps.suppressionKey);
    await suppressAddress(db, { emailHash: hash, reason: 'complaint', now: site.clock() });
    const answers = [
      await signUp({ email: 'new@example.org' }),
      await signUp({ email: 'new@example.org' }),
      await signUp({ email: 'gone@example.org' }),
    ];
    expect(answers.map(({ statusCode, body }) => [statusCode, body])).toEqual(
      Array(3).fill([202, '{"status":"pending"}']),
    );
    const headers = answers.map((answer) => Object.keys(answer.headers).join());
    expect(new Set(headers).size).toBe(1);
    expect(await findSubscriberByEmail(db, 'gone@example.org')).toBeNull();
  });

  it('Confirming applies every preference that was named and the default of the others', async () => {
    const confirm = async (email: string) =>
      site.post(await site.requestLinkPath(email, 'confirm'));
    await signUp({
      email: 'Ada@Example.org',
      topics: ['agents'],
      topics_only: true,
      shows_summaries: false,
      keywords: ['lossless'],
      frequency: 'weekdays',
      timezone: 'europe/berlin',
      hour: 0,
      papers: 20,
      muted_topics: ['vision'],
      names: ['Tencent'],
      minutes: 5,
      relevance_threshold: 'middle',
      allows_clicks: true,
      paused_until: '2026-06-01',
    });
    await confirm('Ada@example.org');
    expect(await findSubscriberByEmail(site.app.db, 'ada@example.org')).toMatchObject({
      email: 'Ada@example.org',
      status: 'paused',
      topics: ['agents'],
      topicsOnly: true,
      showsSummaries: false,
      keywords: ['lossless'],
      frequency: 'weekdays',
      timezone: 'Europe/Berlin',
      hour: 0,
      papers: 20,
      mutedTopics: ['vision'],
      names: ['Tencent'],
      minutes: 5,
      relevanceThreshold: 'middle',
      allowsClicks: true,
      pausedUntil: '2026-06-01',
    });
    await signUp({ email: 'plain@example.org' });
    await confirm('plain@example.org');
    expect(await findSubscriberByEmail(site.app.db, 'plain@example.org')).toMatchObject({
      topics: [],
      keywords: [],
      frequency: 'daily',
      timezone: 'UTC',
      hour: 7,
      papers: 10,
    });
  });

  it.each([
    [{}, 'INVALID_REQUEST', 'email is missing from the body.'],
    [{ email: 5 }, 'INVALID_REQUEST', 'email is 5: must be string.'],
    [{ email: null }, 'INVALID_REQUEST', 'email is null: must be string.'],
    [{ email: 'ada@example' }, 'INVALID_EMAIL', '“ada@example” lacks the part after the dot.'],
    [{ email: 'a@b.co, c@d.co' }, 'INVALID_EMAIL', '“a@b.co, c@d.co”'],
    [{ email: 'a@b.co', mail: 1 }, 'INVALID_REQUEST', '“mail” is not a field of the body.'],
    [
      { email: 'a@b.co', topics: 'agents' },
      'INVALID_REQUEST',
      'topics is "agents": must be array.',
    ],
    [{ email: 'a@b.co', topics: ['cooking'] }, 'INVALID_PREFERENCES', '“cooking” is not a topic'],
    [{ email: 'a@b.co', hour: 24 }, 'INVALID_REQUEST', 'hour is 24: must be <= 23.'],
    [{ email: 'a@b.co', hour: '7' }, 'INVALID_REQUEST', 'hour is "7": must be integer.'],
    [{ email: 'a@b.co', papers: 0 }, 'INVALID_REQUEST', 'papers is 0: must be >= 1.'],
    [{ email: 'a@b.co', papers: 21 }, 'INVALID_REQUEST', 'papers is 21: must be <= 20.'],
    [
      { email: 'a@b.co', frequency: 'hourly' },
      'INVALID_REQUEST',
      'frequency is "hourly": must be one of daily, weekdays, weekly.',
    ],
    [
      { email: 'a@b.co', timezone: 'Mars/Olympus' },
      'INVALID_PREFERENCES',
      '“Mars/Olympus” is not a time zone: expected an IANA name such as Europe/Berlin.',
    ],
    [[], 'INVALID_REQUEST', 'must be object.'],
  ])('The sign-up %j is rejected with a reason', async (payload, code, message) => {
    const answer = await signUp(payload);
    expect(answer.json()).toEqual({
      statusCode: 400,
      code,
      error: 'Bad Request',
      message: expect.stringContaining(message),
    });
    expect(answer.statusCode).toBe(400);
  });

  it('Every wrong field is reported at once', async () => {
    const { message } = (await signUp({ email: 'a@b.co', hour: 24, papers: 21 })).json();
    expect(message).toBe('hour is 24: must be <= 23. papers is 21: must be <= 20.');
  });

  it.each([
    ['malformed JSON', '{"email":', 'application/json', 400, 'FST_ERR_CTP_INVALID_JSON_BODY'],
    ['an empty body', '', 'application/json', 400, 'FST_ERR_CTP_EMPTY_JSON_BODY'],
    ['plain text', 'ada@example.org', 'text/plain', 415, 'FST_ERR_CTP_INVALID_MEDIA_TYPE'],
    ['a type that is none', '{}', ';;;', 415, 'FST_ERR_CTP_INVALID_MEDIA_TYPE'],
    [
      'too much',
      `{"a":"${'x'.repeat(140_000)}"}`,
      'application/json',
      413,
      'FST_ERR_CTP_BODY_TOO_LARGE',
    ],
    [
      'a poisoned prototype',
      '{"__proto__":{}}',
      'application/json',
      400,
      'FST_ERR_CTP_INVALID_JSON_BODY',
    ],
  ])('A body that is %s is rejected', async (_name, payload, type, status, code) => {
    const headers = { 'content-type': type };
    const answer = await site.request({
      method: 'POST',
      url: '/api/subscribers',
      headers,
      payload,
    });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  it('A request without a body is rejected', async () => {
    const answer = await site.request({ method: 'POST', url: '/api/subscribers' });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_REQUEST']);
  });

  it('A network that has used up its sign-ups of the hour is limited, and no other', async () => {
    const from = (host: number) => signUp({ email: `n${host}@example.org` }, `192.0.2.${host}`);
    const statuses = [];
    for (let host = 1; host <= 7; host += 1) statuses.push((await from(host)).statusCode);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 202, 429]);
    expect((await from(8)).json()).toMatchObject({
      statusCode: 429,
      code: 'TOO_MANY_SIGNUPS',
      error: 'Too Many Requests',
    });
    expect((await signUp({ email: 'n9@example.org' }, '192.0.3.1')).statusCode).toBe(202);
  });

  it('Rejected sign-ups do not count towards the limit', async () => {
    for (let request = 0; request < 8; request += 1)
      await signUp({ email: 'nobody' }, '198.51.100.1');
    expect((await signUp({ email: 'some@example.org' }, '198.51.100.1')).statusCode).toBe(202);
  });
});

describe('The form on the front page', () => {
  it('The sign-up form works without JavaScript and answers every address alike', async () => {
    const $ = load((await site.page('/')).body);
    const form = $('form[action="/subscribe"]');
    expect(form.attr('method')).toBe('post');
    const fields = { email: 'form@example.org', topics: ['agents', 'rl'], hour: '6', papers: '3' };
    const answer = await subscribe({ ...fields, frequency: 'weekly', timezone: 'Asia/Tokyo' });
    expect(answer.statusCode).toBe(202);
    expect(load(answer.body)('h1').text()).toBe('Check your inbox');
    const again = await subscribe({ email: 'form@example.org' });
    expect(again.body).toBe(answer.body);
    const path = await site.requestLinkPath('form@example.org', 'confirm');
    expect(load((await site.page(path)).body)('main').text()).toContain('Three papers on Mondays');
    await site.post(path);
    expect(await findSubscriberByEmail(site.app.db, 'form@example.org')).toMatchObject({
      topics: ['agents', 'rl'],
      frequency: 'weekly',
      timezone: 'Asia/Tokyo',
      hour: 6,
      papers: 3,
    });
  });

  it('A rejected sign-up form is shown again with its values and its problems', async () => {
    const answer = await subscribe({
      email: 'ada@example',
      topics: ['agents', 'theory'],
      frequency: 'weekdays',
      timezone: 'Asia/Tokyo',
      hour: '21',
      papers: '15',
    });
    const $ = load(answer.body);
    expect(answer.statusCode).toBe(400);
    expect($('#email').val()).toBe('ada@example');
    expect($('#email-problem').text()).toBe(
      '“ada@example” lacks the part after the dot. Nothing was sent.',
    );
    expect($('#email').attr('aria-describedby')).toBe('email-problem');
    const ticked = $('input[name="topics"][checked]').toArray();
    expect(ticked.map((box) => $(box).attr('value'))).toEqual(
      expect.arrayContaining(['agents', 'theory']),
    );
    expect(ticked.length).toBe(2);
    const chosen = ['frequency', 'timezone', 'hour', 'papers'].map((id) => $(`#${id}`).val());
    expect(chosen).toEqual(['weekdays', 'Asia/Tokyo', '21', '15']);
  });

  it('Each problem is shown beside its field', async () => {
    const answer = await subscribe({
      email: '',
      topics: 'cooking',
      frequency: 'hourly',
      timezone: 'Mars/Olympus',
      hour: '24',
      papers: '21',
    });
    const $ = load(answer.body);
    const problems = $('.problem').toArray();
    expect(answer.statusCode).toBe(400);
    expect(new Set(problems.map((problem) => $(problem).attr('id')))).toEqual(
      new Set(
        ['email', 'topics', 'frequency', 'timezone', 'hour', 'papers'].map((id) => `${id}-problem`),
      ),
    );
  });

  it.each([
    ['no fields at all', undefined, 'application/x-www-form-urlencoded'],
    ['fields that are no texts', '{"email":5,"topics":[1],"hour":{"a":1}}', 'application/json'],
    ['a list in the place of fields', '["email"]', 'application/json'],
  ])('A sign-up form with %s is rejected', async (_name, payload, type) => {
    const answer = await site.request({
      method: 'POST',
      url: '/subscribe',
      headers: { accept: 'text/html', 'content-type': type },
      ...(payload !== undefined && { payload }),
    });
    expect(answer.statusCode).toBe(400);
    expect(load(answer.body)('#email-problem').text()).toContain('An email address is needed');
  });
});

describe('/confirm/:token', () => {
  const statusOf = async (email: string) =>
    (await findSubscriberByEmail(site.app.db, email))?.status;

  it('Confirming starts with the pause that the sign-up asked for', async () => {
    await signUp({ email: 'june@example.org', paused_until: '2026-06-01' });
    const path = await site.requestLinkPath('june@example.org', 'confirm');
    expect((await site.post(path)).body).toContain('Nothing is sent before Monday, 1 June 2026');
    expect(await findSubscriberByEmail(site.app.db, 'june@example.org')).toMatchObject({
      status: 'paused',
      pausedUntil: '2026-06-01',
    });
  });

  it('A GET of the confirmation link changes nothing, and a POST confirms, also twice', async () => {
    await signUp({ email: 'eve@example.org', timezone: 'Europe/Berlin' });
    const path = await site.requestLinkPath('eve@example.org', 'confirm');
    const page = await site.page(path);
    expect(page.statusCode).toBe(200);
    expect(load(page.body)('.statement').text()).toBe(
      'Confirm and your first digest arrives tomorrow at 07:00, Berlin time.',
    );
    expect((await site.request({ method: 'HEAD', url: path })).statusCode).toBe(200);
    expect(await statusOf('eve@example.org')).toBe('pending');

    const response = await site.post(path);
    expect(response.statusCode).toBe(200);
    expect(await statusOf('eve@example.org')).toBe('active');
    expect(load(response.body)('main').text()).toContain(
      'Your next digest arrives on Saturday, 9 May 2026.',
    );
    const again = await site.post(path);
    expect([again.statusCode, again.body]).toEqual([200, response.body]);
    expect((await site.page(path)).statusCode).toBe(200);
  });

  it('The confirm page offers the latest digest and sends it when that is ticked', async () => {
    const { db } = site.app;
    await storePapers(db, [buildPaper()]);
    const now = site.clock();
    const { digest } = await composeDigest(db, { kind: 'daily', date: '2026-05-08', now });
    const deliveryOf = async (email: string) => {
      const subscriber = await findSubscriberByEmail(db, email);
      return findDelivery(db, digest?.id ?? 0, subscriber?.id ?? 0);
    };
    for (const email of ['now@example.org', 'later@example.org']) {
      await signUp({ email });
      const path = await site.requestLinkPath(email, 'confirm');
      const $ = load((await site.page(path)).body);
      expect($('label').text().trim()).toBe(
        'Send me the latest digest right away: Friday, 8 May 2026.',
      );
      expect($('input[name="latest"]').attr('checked')).toBeUndefined();
      await site.post(path, email.startsWith('now') ? { latest: 'yes' } : {});
      expect(await statusOf(email)).toBe('active');
    }
    expect(await deliveryOf('now@example.org')).toMatchObject({ sendAt: now });
    expect(await deliveryOf('later@example.org')).toBeNull();
  });

  it('The confirm page names everything that the sign-up asked for', async () => {
    await signUp({
      email: 'zoe@example.org',
      topics: ['agents'],
      topics_only: true,
      muted_topics: ['vision'],
      keywords: ['lossless', 'state space'],
      names: ['Tencent'],
      minutes: 5,
      relevance_threshold: 'high',
      allows_clicks: true,
    });
    const page = await site.page(await site.requestLinkPath('zoe@example.org', 'confirm'));
    const $ = load(page.body);
    expect($('main p').text()).toContain('Papers to read in five minutes');
    expect(
      $('main li')
        .toArray()
        .map((item) => $(item).text()),
    ).toEqual([
      'Only papers on your topics, or with your keywords or names.',
      'Never: Computer vision.',
      'Keywords: lossless; state space.',
      'Authors and organisations: Tencent.',
      'Only when a paper is widely discussed or very close to what you like.',
      'Clicks on papers will be counted, to learn what you like.',
    ]);
  });

  it('A used confirmation link does not bring back a subscriber who left', async () => {
    await signUp({ email: 'left@example.org' });
    const path = await site.requestLinkPath('left@example.org', 'confirm');
    await site.post(path);
    await site.post(`/unsubscribe/${await site.tokenOf('left@example.org')}`);
    const again = await site.post(path);
    expect(again.statusCode).toBe(200);
    expect(load(again.body)('h1').text()).toBe('You’ve unsubscribed');
    expect(await statusOf('left@example.org')).toBe('unsubscribed');
  });

  it('A second sign-up within the hour is mailed after it, and each link applies its own', async () => {
    const email = 'twice@example.org';
    await signUp({ email, topics: ['agents'] });
    const first = await site.requestLinkPath(email, 'confirm');
    await signUp({ email, hour: 20 });
    expect(await site.requestLinkPath(email, 'confirm')).toBe(first);
    const before = site.clock();
    site.clock.advance(3_600_000);
    const second = await site.requestLinkPath(email, 'confirm');
    expect(second).not.toBe(first);
    expect(load((await site.page(second)).body)('.statement').text()).toContain('20:00');
    await site.post(first);
    const again = await site.post(second);
    site.clock.set(before);
    expect(again.statusCode).toBe(200);
    expect(await findSubscriberByEmail(site.app.db, email)).toMatchObject({
      status: 'active',
      topics: ['agents'],
      hour: 7,
    });
  });

  it('A confirmation link expires after two days', async () => {
    const before = site.clock();
    await signUp({ email: 'late@example.org' });
    const path = await site.requestLinkPath('late@example.org', 'confirm');
    site.clock.advance(48 * 3_600_000);
    const answers = [await site.page(path), await site.post(path)];
    site.clock.set(before);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([410, 410]);
    expect(await statusOf('late@example.org')).toBe('pending');
  });

  it('A confirmation link that was never sent is not found', async () => {
    const answers = [await site.page('/confirm/nonsense'), await site.post('/confirm/nonsense')];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404]);
  });
});
