import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { findSubscriber } from '../../../src/db/subscribers/subscribers.ts';
import { useSubscriberFixture } from '../support/subscriber-fixture.ts';

const subscriber = useSubscriberFixture();
const statusNow = async () => (await subscriber.now())?.status;

describe('GET and HEAD /unsubscribe/:token', () => {
  it('A GET or HEAD of the unsubscribe link changes nothing', async () => {
    const url = `/unsubscribe/${subscriber.token}`;
    const page = await subscriber.site.page(url);
    expect(load(page.body)('form button').first().text()).toBe('Unsubscribe');
    expect((await subscriber.site.request({ method: 'HEAD', url })).statusCode).toBe(200);
    expect(await statusNow()).toBe('active');
  });
});

describe('The alternatives to unsubscribing', () => {
  const confirmInstead = async (place: number) => {
    const $ = load((await subscriber.site.page(`/unsubscribe/${subscriber.token}`)).body);
    const form = $('.alternatives form').eq(place);
    const fields = form
      .find('input')
      .toArray()
      .map((field): [string, string] => [
        $(field).attr('name') ?? '',
        $(field).attr('value') ?? '',
      ]);
    return subscriber.site.post(form.attr('action') ?? '', Object.fromEntries(fields));
  };

  it('The unsubscribe page offers three papers once a week', async () => {
    const before = await subscriber.now();
    expect(load((await confirmInstead(0)).body)('.statement').text()).toMatch(
      /^Three papers on Mondays at 07:00 UTC, from all topics\./,
    );
    expect(await subscriber.now()).toEqual({ ...before, frequency: 'weekly', papers: 3 });
  });

  it('The unsubscribe page offers a pause of two weeks', async () => {
    const before = await subscriber.now();
    await confirmInstead(1);
    expect(await subscriber.now()).toEqual({
      ...before,
      status: 'paused',
      pausedUntil: '2026-05-22',
    });
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
  ])('A POST of %s unsubscribes', async (_name, type, payload) => {
    const answer = await subscriber.site.request({
      method: 'POST',
      url: `/unsubscribe/${subscriber.token}`,
      headers: type === undefined ? {} : { 'content-type': type },
      ...(payload !== undefined && { payload }),
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(answer.headers).not.toHaveProperty('location');
    expect(await statusNow()).toBe('unsubscribed');
  });

  it('Unsubscribing twice succeeds twice', async () => {
    const first = await subscriber.site.post(`/unsubscribe/${subscriber.token}`);
    const second = await subscriber.site.post(`/unsubscribe/${subscriber.token}`);
    expect([second.statusCode, second.body]).toEqual([first.statusCode, first.body]);
    expect((await subscriber.site.page(`/unsubscribe/${subscriber.token}`)).body).toBe(first.body);
  });

  it.each([
    ['nobody’s', () => 'nonsense'],
    [
      'an erased subscriber’s',
      () =>
        subscriber.site.app.tokens.seal({ kind: 'delivery', digestId: 3, subscriberId: 987_654 }),
    ],
    ['far too long', () => 'x'.repeat(5000)],
    ['cut by a slash', () => 'a/b'],
    ['a NUL', () => '%00'],
  ])('A token that is %s is answered with 200', async (_name, make) => {
    const url = `/unsubscribe/${make()}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await subscriber.site.request({
      method: 'POST',
      url,
      headers,
      payload: ONE_CLICK,
    });
    expect(answer.statusCode).toBe(200);
    expect((await subscriber.site.post(url)).statusCode).toBe(200);
    const page = await subscriber.site.page(url);
    expect(page.statusCode).toBe(200);
    // A reader whose link was cut off is still subscribed, so the page must not say otherwise.
    expect(load(page.body)('h1').text()).toBe('No subscription found');
  });

  it('A token with text added by the mail program unsubscribes', async () => {
    for (const ending of ['/', '?utm_source=mail']) {
      const other = await subscriber.add({});
      await subscriber.site.post(`/unsubscribe/${other.token}${ending}`);
      expect((await findSubscriber(subscriber.site.app.db, other.id))?.status).toBe('unsubscribed');
    }
  });

  it('Unsubscribing has no rate limit', async () => {
    const answers = await Promise.all(
      Array.from({ length: 120 }, () =>
        subscriber.site.request({ method: 'POST', url: '/unsubscribe/x' }),
      ),
    );
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  });
});
