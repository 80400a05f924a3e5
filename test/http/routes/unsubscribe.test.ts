import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { findSubscriber } from '../../../src/db/subscribers.ts';
import { useReader } from '../support/reader.ts';

const reader = useReader();
const statusNow = async () => (await reader.now())?.status;

describe('GET and HEAD /unsubscribe/:token', () => {
  it('change nothing', async () => {
    const url = `/unsubscribe/${reader.token}`;
    const page = await reader.site.page(url);
    expect(load(page.body)('form button').first().text()).toBe('Unsubscribe');
    expect((await reader.site.ask({ method: 'HEAD', url })).statusCode).toBe(200);
    expect(await statusNow()).toBe('active');
  });
});

describe('What the way out offers instead', () => {
  const pressInstead = async (place: number) => {
    const $ = load((await reader.site.page(`/unsubscribe/${reader.token}`)).body);
    const form = $('.instead form').eq(place);
    const fields = form
      .find('input')
      .toArray()
      .map((field): [string, string] => [
        $(field).attr('name') ?? '',
        $(field).attr('value') ?? '',
      ]);
    return reader.site.post(form.attr('action') ?? '', Object.fromEntries(fields));
  };

  it('is three papers, once a week', async () => {
    const before = await reader.now();
    expect(load((await pressInstead(0)).body)('.statement').text()).toMatch(
      /^Three papers on Mondays at 07:00 UTC, from every topic\./,
    );
    expect(await reader.now()).toEqual({ ...before, frequency: 'weekly', papers: 3 });
  });

  it('is a pause of two weeks', async () => {
    const before = await reader.now();
    await pressInstead(1);
    expect(await reader.now()).toEqual({ ...before, status: 'paused', pausedUntil: '2026-05-22' });
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
    const answer = await reader.site.ask({
      method: 'POST',
      url: `/unsubscribe/${reader.token}`,
      headers: type === undefined ? {} : { 'content-type': type },
      ...(payload !== undefined && { payload }),
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(answer.headers).not.toHaveProperty('location');
    expect(await statusNow()).toBe('unsubscribed');
  });

  it('works twice', async () => {
    const first = await reader.site.post(`/unsubscribe/${reader.token}`);
    const second = await reader.site.post(`/unsubscribe/${reader.token}`);
    expect([second.statusCode, second.body]).toEqual([first.statusCode, first.body]);
    expect((await reader.site.page(`/unsubscribe/${reader.token}`)).body).toBe(first.body);
  });

  it.each([
    ['nobody’s', () => 'nonsense'],
    [
      'an erased reader’s',
      () => reader.site.parts.tokens.seal({ digestId: 3, subscriberId: 987_654 }),
    ],
    ['far too long', () => 'x'.repeat(5000)],
    ['in two parts', () => 'a/b'],
    ['a NUL', () => '%00'],
  ])('answers 200 when the token is %s', async (_name, make) => {
    const url = `/unsubscribe/${make()}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await reader.site.ask({ method: 'POST', url, headers, payload: ONE_CLICK });
    expect(answer.statusCode).toBe(200);
    expect((await reader.site.post(url)).statusCode).toBe(200);
    expect((await reader.site.page(url)).statusCode).toBe(200);
  });

  it('takes the token although the mail program added to the address', async () => {
    for (const ending of ['/', '?utm_source=mail']) {
      const other = await reader.add({});
      await reader.site.post(`/unsubscribe/${other.token}${ending}`);
      expect((await findSubscriber(reader.site.parts.db, other.id))?.status).toBe('unsubscribed');
    }
  });

  it('has no limit that would refuse', async () => {
    const answers = await Promise.all(
      Array.from({ length: 120 }, () => reader.site.ask({ method: 'POST', url: '/unsubscribe/x' })),
    );
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  });
});
