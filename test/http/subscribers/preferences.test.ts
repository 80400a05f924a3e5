import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { findSubscriber } from '../../../src/db/subscribers/subscribers.ts';
import { useSubscriberFixture } from '../support/subscriber-fixture.ts';

const subscriber = useSubscriberFixture();
const statusNow = async () => (await subscriber.now())?.status;

describe('/preferences/:token', () => {
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

  it('The settings page shows the settings and the day of the next digest', async () => {
    const page = await subscriber.site.page(`/preferences/${subscriber.token}`);
    expect(page.statusCode).toBe(200);
    expect(load(page.body)('.statement').text()).toBe(
      'Ten papers every day at 07:00 UTC, from all topics. Next digest: Friday, 8 May 2026.',
    );
    expect(page.headers['cache-control']).toBe('no-store');
  });

  it('The settings form is stored, and the page says so', async () => {
    const saved = await subscriber.site.post(`/preferences/${subscriber.token}`, form);
    expect(saved.statusCode).toBe(200);
    expect(load(saved.body)('[role="status"]').text()).toBe('Saved.');
    expect(await subscriber.now()).toMatchObject({
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

  it('A form without a field leaves its preference unchanged', async () => {
    await subscriber.site.post(`/preferences/${subscriber.token}`, form);
    const before = await subscriber.now();
    await subscriber.site.post(`/preferences/${subscriber.token}`, {
      papers: '3',
      frequency: 'weekly',
    });
    expect(await subscriber.now()).toEqual({ ...before, papers: 3, frequency: 'weekly' });
  });

  it('The form can ask for papers on the followed topics only, and for others again', async () => {
    const path = `/preferences/${subscriber.token}`;
    await subscriber.site.post(path, { ...form, topics_only: ['no', 'yes'] });
    expect(await subscriber.now()).toMatchObject({ topicsOnly: true });
    await subscriber.site.post(path, { ...form, shows_summaries: 'no' });
    expect(await subscriber.now()).toMatchObject({ topicsOnly: true, showsSummaries: false });
    await subscriber.site.post(path, { ...form, topics_only: 'no' });
    expect(await subscriber.now()).toMatchObject({ topicsOnly: false });
  });

  it('The form can limit minutes, set the relevance threshold and allow clicks', async () => {
    const more = {
      papers: 'minutes',
      minutes: '5',
      relevance_threshold: 'high',
      clicks: ['no', 'yes'],
    };
    await subscriber.site.post(`/preferences/${subscriber.token}`, { ...form, ...more });
    expect(await subscriber.now()).toMatchObject({
      minutes: 5,
      papers: 10,
      relevanceThreshold: 'high',
      allowsClicks: true,
    });
    await subscriber.site.post(`/preferences/${subscriber.token}`, { ...form, clicks: 'no' });
    expect(await subscriber.now()).toMatchObject({ minutes: null, papers: 5, allowsClicks: false });
  });

  it('The form can pause, keep the pause when saved again, and end it', async () => {
    const path = `/preferences/${subscriber.token}`;
    const paused = await subscriber.site.post(path, { ...form, paused_until: '2026-05-20' });
    expect(load(paused.body)('.status').text()).toContain('until Wednesday, 20 May 2026');
    expect(await subscriber.now()).toMatchObject({ status: 'paused', pausedUntil: '2026-05-20' });
    await subscriber.site.post(path, { ...form, paused_until: '2026-05-20' });
    expect(await statusNow()).toBe('paused');
    const resumed = await subscriber.site.post(`${path}/resume`);
    expect(load(resumed.body)('.statement').text()).toContain('Next digest:');
    expect(await subscriber.now()).toMatchObject({ status: 'active', pausedUntil: null });
  });

  it('Saving something else does not end a pause without an end', async () => {
    const paused = await subscriber.add({ status: 'paused' });
    await subscriber.site.post(`/preferences/${paused.token}`, { ...form, paused_until: '' });
    expect((await findSubscriber(subscriber.site.app.db, paused.id))?.status).toBe('paused');
  });

  it('A keyword that cannot be searched for is rejected by the page and the API', async () => {
    const refused = await subscriber.site.post(`/preferences/${subscriber.token}`, {
      ...form,
      keywords: 'of the',
    });
    expect(load(refused.body)('#keywords-problem').text()).toContain(
      '“of the” cannot be searched for',
    );
    const answer = await subscriber.site.request({
      method: 'PATCH',
      url: `/api/preferences/${subscriber.token}`,
      payload: { keywords: ['the'] },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_PREFERENCES']);
  });

  it('A rejected form is shown again with its values and stores nothing', async () => {
    const tooLong = 'x'.repeat(81);
    const refused = await subscriber.site.post(`/preferences/${subscriber.token}`, {
      ...form,
      keywords: tooLong,
    });
    const $ = load(refused.body);
    expect(refused.statusCode).toBe(400);
    expect($('#keywords-problem').text()).toContain('too long');
    expect($('#keywords').val()).toBe(tooLong);
    expect($('#hour').val()).toBe('6');
    expect($('input[name="papers"][checked]').val()).toBe('5');
    expect($('input[value="follow"][checked]').length).toBe(2);
    expect($('input[value="mute"][checked]').length).toBe(1);
    expect(await subscriber.now()).toMatchObject({ topics: [], keywords: [], hour: 7, papers: 10 });
  });

  it('The settings page of an unknown token is not found', async () => {
    for (const answer of [
      await subscriber.site.page('/preferences/nonsense'),
      await subscriber.site.post('/preferences/nonsense', form),
      await subscriber.site.post('/preferences/nonsense/export'),
    ]) {
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['content-type']).toContain('text/html');
    }
  });

  it('The settings page promises no digest to a subscriber who gets no mail', async () => {
    const paused = await subscriber.add({ status: 'paused' });
    const page = await subscriber.site.page(`/preferences/${paused.token}`);
    expect(load(page.body)('.preferences-head').text()).not.toContain('Next digest');
  });
});
