import { writeFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { findPaper } from '../../src/db/papers/papers.ts';
import { emptyTables } from '../support/database.ts';
import { storeSubscriber } from '../support/rows.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { useTestApp } from '../support/test-app.ts';
import { runCommand } from './run.ts';

const test = useTestApp();
const inFolder = useTempFolder();
const paperboy = (line: string) => runCommand(test.app, line.split(' '), { cwd: inFolder() });
const json = async (line: string) => JSON.parse((await paperboy(`${line} --json`)).stdout);

beforeEach(async () => {
  const { db } = test.app.database;
  await emptyTables(test.app.database, 'papers, subscribers');
  await db.execute(sql`DELETE FROM topics`);
  await paperboy('topics load ml');
});

describe('paperboy topics load', () => {
  it('arXiv’s set replaces the default one, keeps what readers follow, and sorts the papers', async () => {
    await storeSubscriber(test.app.database.db, { topics: ['ssm', 'rl'], mutedTopics: ['vision'] });
    await paperboy('seed');
    const preview = await json('topics load arxiv --dry-run');
    expect(preview).toMatchObject({ set: 'arxiv', dry_run: true, unchanged: 0, sorted: 0 });
    expect(preview.added).toHaveLength(149);
    expect((await json('topics list')).set).toBe('ml');
    const { stdout } = await paperboy('topics load arxiv');
    expect(stdout).toContain(
      'The set arxiv is loaded: 149 topics, 149 new, 0 changed, 0 as before.',
    );
    expect(stdout).toContain(
      'Kept for its readers: State-space & linear attention (ssm), followed by 1, muted by 0.',
    );
    expect(stdout).toContain('No longer offered, as nobody follows or mutes them: LLM inference');
    expect(stdout).toContain('49 papers sorted. Every paper is sorted into them.');
    const after = await json('topics list');
    expect(after).toMatchObject({ set: 'arxiv', unsorted: 0 });
    expect(after.topics).toHaveLength(149);
    expect(after.topics[0]).toMatchObject({ slug: 'cs-ai', group: 'Computer Science' });
    const back = await json('topics load ml');
    expect(back).toMatchObject({ kept: [], sorted: 49, unsorted: 0 });
    expect(back.retired).toHaveLength(149);
  });

  it('Loading the same set again changes nothing and sorts nothing', async () => {
    await paperboy('seed');
    expect(await json('topics load ml')).toEqual({
      set: 'ml',
      dry_run: false,
      added: [],
      changed: [],
      unchanged: 21,
      kept: [],
      retired: [],
      sorted: 0,
      unsorted: 0,
    });
  });

  it('A file that “topics export” printed can be changed and loaded', async () => {
    const topics = JSON.parse((await paperboy('topics export')).stdout);
    const boats = {
      slug: 'boats',
      name: 'Boats',
      group: 'Travel',
      query: 'boats',
      title_query: 'ships',
    };
    await writeFile(inFolder('own.json'), JSON.stringify([...topics.slice(1), boats]));
    await writeFile(
      inFolder('papers.json'),
      JSON.stringify({ id: 'x1', title: 'On Boats', abstract: 'Boats float.' }),
    );
    await paperboy('papers import papers.json');
    expect(await json('topics load own.json')).toMatchObject({ added: ['boats'], sorted: 1 });
    const paper = await findPaper(test.app.database.db, 'file:x1');
    expect(paper?.topics.map(({ slug }) => slug)).toEqual(['boats']);
    expect((await paperboy('topics list')).stdout).toContain('boats  Travel: Boats  1\n');
    await paperboy('seed');
    expect((await json('topics list')).set).toBe('own.json');
  });

  it('A file that cannot be used changes nothing', async () => {
    await writeFile(inFolder('own.json'), '[{}]');
    const before = await json('topics list');
    const refused = await paperboy('topics load own.json');
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Topic 1: slug is missing'),
    });
    expect((await paperboy('topics load none.json')).code).toBe(1);
    expect(await json('topics list')).toEqual(before);
  });
});
