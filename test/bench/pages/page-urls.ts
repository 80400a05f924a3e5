import type { Database } from '../../../src/db/client.ts';
import { LAST_DAY } from './fill.ts';

/** The paths of the measured pages, by name. */
export async function pickPageUrls({ pool }: Database): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ id: string; title: string }>(
    'SELECT id, title FROM papers ORDER BY listed_on DESC, id OFFSET 777 LIMIT 1',
  );
  const [paper] = rows;
  if (!paper) throw new Error('There are too few papers to measure with.');
  const rare = paper.title.slice(0, paper.title.indexOf(':'));
  return {
    // A small file, to compare with: the cost of the machine and of HTTP.
    icon: '/assets/icon.svg',
    front: '/',
    day: `/papers?date=${LAST_DAY}`,
    papers: '/papers',
    search_common_word: '/papers?q=model',
    search_common_words: '/papers?q=inference+memory',
    search_phrase: `/papers?q=${encodeURIComponent('"state space"')}`,
    search_rare_word: `/papers?q=${rare}`,
    search_nothing: '/papers?q=perpetual+motion',
    search_on_topic: '/papers?q=model&topic=ssm',
    search_of_day: `/papers?q=model&date=${LAST_DAY}`,
    paper: `/papers/${paper.id}`,
    topics: '/topics',
    topic: '/topics/ssm',
    digests: '/digests',
    digest: `/digests/${LAST_DAY}`,
    feed: '/feed.xml',
    topic_feed: '/topics/ssm/feed.xml',
  };
}
