import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { useSubscriberFixture } from '../support/subscriber-fixture.ts';

const subscriber = useSubscriberFixture();

const form = {
  'topic-agents': 'follow',
  'topic-rl': 'follow',
  'topic-vision': 'mute',
  'topic-nlp': 'neither',
  keywords: ['state space', ''],
  names: ['Tencent', ''],
  frequency: 'weekdays',
  timezone: 'Europe/Berlin',
  hour: '6',
  papers: '5',
};

describe('A settings page that is out of date', () => {
  /** The fields of a settings form that nobody has changed. */
  const openTab = async () =>
    fieldsOf((await subscriber.site.page(`/preferences/${subscriber.token}`)).body);

  function fieldsOf(page: string): Record<string, string | string[]> {
    const $ = load(page);
    const fields: Record<string, string | string[]> = {};
    for (const { name, value } of $('#preferences-form').serializeArray()) {
      fields[name] = name in fields ? [fields[name] ?? [], value].flat() : value;
    }
    return fields;
  }
  const save = (fields: Record<string, string | string[]>) =>
    subscriber.site.post(`/preferences/${subscriber.token}`, fields);

  it('An outdated page changes only what was changed on it', async () => {
    await save({ ...form, 'topic-vision': 'neither' });
    const stale = await openTab();
    const other = await openTab();
    await save({
      ...{ ...other, keywords: ['state space', 'diffusion', ''], 'topic-vision': 'mute' },
      ...{
        'topic-agents': 'neither',
        paused_until: '2026-05-20',
        papers: '12',
        clicks: ['no', 'yes'],
      },
    });
    await save({
      ...stale,
      hour: '9',
      keywords: ['state space', 'agents'],
      'topic-nlp': 'follow',
    });
    expect(await subscriber.now()).toMatchObject({
      topics: ['rl', 'nlp'],
      mutedTopics: ['vision'],
      keywords: ['state space', 'diffusion', 'agents'],
      ...{ hour: 9, papers: 12, minutes: null, allowsClicks: true },
      ...{ status: 'paused', pausedUntil: '2026-05-20' },
    });
  });

  it('An outdated page does not pause a subscriber who has resumed', async () => {
    await save({ ...form, paused_until: '2026-05-20' });
    const stale = await openTab();
    await subscriber.site.post(`/preferences/${subscriber.token}/resume`);
    await save({ ...stale, hour: '9' });
    expect(await subscriber.now()).toMatchObject({ status: 'active', pausedUntil: null, hour: 9 });
  });

  it('An outdated page can remove a keyword that it showed', async () => {
    await save(form);
    const stale = await openTab();
    await save({ ...(await openTab()), keywords: ['state space', 'diffusion'] });
    await save({ ...stale, remove_keywords: 'state space' });
    expect((await subscriber.now())?.keywords).toEqual(['diffusion']);
  });

  it('An outdated page mutes and follows the topics that were changed on it', async () => {
    await save({ ...form, 'topic-nlp': 'follow' });
    const stale = await openTab();
    const other = await openTab();
    await save({
      ...other,
      'topic-rl': 'neither',
      'topic-nlp': 'mute',
      'topic-vision': 'follow',
    });
    await save({ ...stale, 'topic-agents': 'mute', 'topic-vision': 'neither' });
    expect(await subscriber.now()).toMatchObject({
      topics: ['vision'],
      mutedTopics: ['nlp', 'agents'],
    });
    await save({ ...stale, 'topic-nlp': 'neither', 'topic-rl': 'mute', 'topic-vision': 'mute' });
    expect((await subscriber.now())?.mutedTopics).toEqual(['nlp', 'agents', 'rl']);
  });

  it('An outdated page can follow a topic that was muted since', async () => {
    await save(form);
    const stale = await openTab();
    await save({ ...(await openTab()), 'topic-nlp': 'mute' });
    await save({ ...stale, 'topic-nlp': 'follow', 'topic-rl': 'mute' });
    expect(await subscriber.now()).toMatchObject({
      topics: ['agents', 'nlp'],
      mutedTopics: ['vision', 'rl'],
    });
  });

  it.each([
    ['as its page showed it', {}],
    ['of a page from before an upgrade', { shown: '' }],
  ])('A form that was rejected first saves what was changed, %s', async (_what, from) => {
    await save({ ...form, papers: 'minutes', minutes: '5', clicks: ['no', 'yes'] });
    const stale = { ...(await openTab()), ...from };
    await save({ ...(await openTab()), keywords: ['state space', 'elsewhere'] });
    const refused = await save({
      ...{ ...stale, keywords: ['state space', 'x'.repeat(81)], hour: '9' },
      ...{ papers: '12', clicks: 'no', paused_until: '2026-05-20' },
    });
    expect(refused.statusCode).toBe(400);
    const again = fieldsOf(refused.body);
    expect(again.keywords).toEqual(['state space', 'elsewhere', 'x'.repeat(81)]);
    await save({
      ...{ ...again, keywords: ['state space', 'elsewhere', 'short'] },
      remove_keywords: 'elsewhere',
    });
    expect(await subscriber.now()).toMatchObject({
      ...{ keywords: ['state space', 'short'], hour: 9, papers: 12, minutes: null },
      ...{ allowsClicks: false, status: 'paused', pausedUntil: '2026-05-20' },
    });
  });

  it.each(['', '{}', 'nonsense', '[1]', '{"topics":1}'])(
    'A form that says it showed “%s” is compared with the stored preferences',
    async (shown) => {
      await save({ ...form, paused_until: '2026-05-20' });
      await save({ ...form, shown, hour: '9', paused_until: '2026-05-20' });
      expect(await subscriber.now()).toMatchObject({
        hour: 9,
        pausedUntil: '2026-05-20',
        papers: 5,
      });
    },
  );
});
