import { describe, expect, it } from 'vitest';
import { useSubscriberFixture } from '../support/subscriber-fixture.ts';

const subscriber = useSubscriberFixture();
const buildWords = (many: number) => Array.from({ length: many }, (_, at) => `word ${at}`);

describe('GET and PATCH /api/preferences/:token', () => {
  const patch = (payload: object) =>
    subscriber.site.request({
      method: 'PATCH',
      url: `/api/preferences/${subscriber.token}`,
      payload,
    });

  it('The answer contains exactly the documented fields', async () => {
    const answer = await subscriber.site.request({ url: `/api/preferences/${subscriber.token}` });
    expect(answer.json()).toEqual({
      email: subscriber.email,
      status: 'active',
      topics: [],
      topics_only: false,
      shows_summaries: true,
      muted_topics: [],
      keywords: [],
      names: [],
      frequency: 'daily',
      timezone: 'UTC',
      hour: 7,
      papers: 10,
      minutes: null,
      relevance_threshold: 'low',
      allows_clicks: false,
      paused_until: null,
    });
  });

  it('The answer can be sent back as a change', async () => {
    const choice = {
      topics_only: true,
      shows_summaries: false,
      muted_topics: ['vision'],
      names: ['Tencent', 'Albert Gu'],
      minutes: 5,
      relevance_threshold: 'high',
      allows_clicks: true,
    };
    const answer = await patch(choice);
    expect(answer.json()).toMatchObject(choice);
    const { email: _email, status: _status, ...all } = answer.json();
    expect((await patch(all)).json()).toEqual(answer.json());
    expect((await patch({ minutes: null })).json()).toMatchObject({
      minutes: null,
      relevance_threshold: 'high',
    });
  });

  it('A pause until a day can be set and ended', async () => {
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

  it('Setting or ending a pause does not bring back a subscriber who left', async () => {
    await subscriber.site.post(`/unsubscribe/${subscriber.token}`);
    await patch({ paused_until: '2026-05-20' });
    expect((await patch({ paused_until: null })).json()).toMatchObject({ status: 'unsubscribed' });
  });

  it('Following a topic unmutes it, and muting unfollows it', async () => {
    await patch({ muted_topics: ['vision', 'rl'] });
    expect((await patch({ topics: ['rl'] })).json()).toMatchObject({ muted_topics: ['vision'] });
    expect((await patch({ muted_topics: ['rl'] })).json()).toMatchObject({ topics: [] });
  });

  it('A PATCH changes what it names and nothing else', async () => {
    const before = await subscriber.now();
    const answer = await patch({ hour: 21, topics: ['agents'] });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ hour: 21, topics: ['agents'], papers: 10 });
    expect(await subscriber.now()).toEqual({ ...before, hour: 21, topics: ['agents'] });
  });

  it('An empty PATCH changes nothing', async () => {
    const before = await subscriber.now();
    expect((await patch({})).statusCode).toBe(200);
    expect(await subscriber.now()).toEqual(before);
  });

  it.each([
    [{ papers: 0 }, 'papers is 0: must be >= 1.'],
    [{ hour: 6, status: 'active' }, '“status” is not a field of the body.'],
    [{ hour: 6, email: 'a@b.co' }, '“email” is not a field of the body.'],
    [{ hour: 6, topics: ['cooking'] }, '“cooking” is not a topic'],
    [{ hour: 6, keywords: buildWords(21) }, '21 keywords are too many: at most 20.'],
    [{ hour: 6, names: buildWords(21) }, '21 names are too many: at most 20.'],
    [{ hour: 6, topics: ['rl'], muted_topics: ['rl'] }, '“rl” is followed and muted at once'],
    [{ hour: 6, minutes: 61 }, 'minutes is 61: must be <= 60.'],
    [
      { hour: 6, relevance_threshold: 'none' },
      'relevance_threshold is "none": must be one of low, middle, high.',
    ],
    [{ hour: 6, allows_clicks: 'yes' }, 'allows_clicks is "yes": must be boolean.'],
    [{ hour: 6, paused_until: '2026-05-08' }, 'expected one from 2026-05-09 to 2027-05-09.'],
    [{ hour: 6, paused_until: 'soon' }, '“soon” is not a day to pause until'],
  ])('The PATCH %j is rejected and changes nothing', async (payload, message) => {
    const answer = await patch(payload);
    expect([answer.statusCode, answer.json().message]).toEqual([
      400,
      expect.stringContaining(message),
    ]);
    expect(await subscriber.now()).toMatchObject({ hour: 7, keywords: [] });
  });

  it('A forged, cut or erased token opens no preferences', async () => {
    const nobody = subscriber.site.app.tokens.seal({ kind: 'subscriber', subscriberId: 987_654 });
    for (const bad of ['nonsense', subscriber.token.slice(0, -1), nobody, `${subscriber.token}A`]) {
      const answer = await subscriber.site.request({ url: `/api/preferences/${bad}` });
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'UNKNOWN_TOKEN']);
      const change = await subscriber.site.request({
        method: 'PATCH',
        url: `/api/preferences/${bad}`,
        payload: { hour: 1 },
      });
      expect(change.statusCode).toBe(404);
    }
  });
});
