import { load } from 'cheerio';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseTopicFile } from '../../../src/domain/topics/topic-file.ts';
import { loadTopics } from '../../../src/services/topics/load-topics.ts';
import { readTopicSet } from '../../../src/wiring/database.ts';
import { useSubscriberFixture } from '../support/subscriber-fixture.ts';

const subscriber = useSubscriberFixture();

const loadSet = async (name: 'ml' | 'arxiv') => {
  const { db, clock } = subscriber.site.app;
  await loadTopics(db, { name, topics: parseTopicFile(await readTopicSet(name)) }, clock());
};
const page = async (path: string) => load((await subscriber.site.page(path)).body);

beforeEach(() => loadSet('ml'));

describe('A set of topics in groups', () => {
  it('The pages fold each group away, and open those with something chosen', async () => {
    const reader = await subscriber.add({ topics: ['ssm'], mutedTopics: ['rl'] });
    await loadSet('arxiv');
    const topics = await page('/topics');
    expect(topics('details.topic-group').length).toBe(11);
    expect(topics('.topic-group summary').first().text()).toBe('Computer Science38 topics');
    expect(topics('.topics-table tbody tr').length).toBe(149);

    const front = await page('/papers');
    expect(front('#topic optgroup[label="Statistics"] option').length).toBe(5);

    const path = `/preferences/${reader.token}`;
    const before = await page(path);
    const rows = before('.topic').length;
    expect(rows).toBe(151);
    const openGroups = ($: typeof before) =>
      $('.topic-group[open] > summary')
        .toArray()
        .map((each) => $(each).text());
    expect(openGroups(before)).toEqual([]);
    const saved = await subscriber.site.post(path, {
      'topic-ssm': 'follow',
      'topic-rl': 'mute',
      'topic-cs-cl': 'follow',
      'topic-math-co': 'mute',
    });
    expect(saved.statusCode).toBe(200);
    expect(openGroups(await page(path))).toEqual([
      'Computer Science1 followed',
      'Mathematics1 muted',
    ]);
    const json = await subscriber.site.request({ url: `/api${path}` });
    expect(json.json()).toMatchObject({
      topics: ['ssm', 'cs-cl'],
      muted_topics: ['rl', 'math-co'],
    });
  });

  it('A kept topic is offered to nobody else, and can be let go', async () => {
    const reader = await subscriber.add({ topics: ['ssm'] });
    await loadSet('arxiv');
    const slugs = (await subscriber.site.request({ url: '/api/topics' })).json();
    expect(slugs).toHaveLength(149);
    expect(slugs[0]).toMatchObject({ slug: 'cs-ai', group: 'Computer Science' });
    expect((await page(`/preferences/${subscriber.token}`))('[name="topic-ssm"]').length).toBe(0);
    const topic = await page('/topics/ssm');
    expect(topic('.count').text()).toContain('This topic is no longer offered.');
    expect(topic('a.button').length).toBe(0);
    await subscriber.site.post(`/preferences/${reader.token}`, { 'topic-ssm': 'neither' });
    expect((await page(`/preferences/${reader.token}`))('[name="topic-ssm"]').length).toBe(0);
  });

  it('The sign-up form offers the groups, and opens those in which something was chosen', async () => {
    await loadSet('arxiv');
    const answer = await subscriber.site.post('/subscribe', { email: 'no', topics: 'math-co' });
    const $ = load(answer.body);
    expect($('.sign-up details').length).toBe(11);
    expect($('.sign-up details[open] summary').text()).toBe('Mathematics');
    expect($('.sign-up [name="topics"]').length).toBe(149);
  });
});
