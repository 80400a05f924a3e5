import { readdir, readFile, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { runCommandWith } from './run.ts';

const inFolder = useTempFolder();

const SEED_PAPERS = new URL('../../seeds/papers.json', import.meta.url);

beforeEach(async () => {
  const entries = JSON.parse(await readFile(SEED_PAPERS, 'utf8'));
  const papers = entries.map((paper: object, n: number) => ({ ...paper, id: `p${n}` }));
  await writeFile(inFolder('papers.json'), JSON.stringify(papers));
  const reader = (name: string, shift: number) =>
    JSON.stringify({
      reader: name,
      liked: Array.from({ length: 6 }, (_, n) => ({ id: `p${shift + 2 * n}`, on: '2026-05-09' })),
      wanted: Array.from({ length: 6 }, (_, n) => `p${shift + 20 + 2 * n}`),
    });
  await writeFile(inFolder('readers.jsonl'), `${reader('a', 0)}\n${reader('b', 1)}\n`);
});

/** Runs `paperboy evaluate` with settings that no other command accepts. */
const evaluate = (line: string, stdin?: string) =>
  runCommandWith(
    (io) =>
      runCommandLine(['evaluate', ...line.split(' ')], io, {
        env: { DATA_DIR: inFolder('data'), PORT: 'none' },
        instanceId: 'test',
      }),
    { cwd: inFolder(), ...(stdin === undefined ? {} : { stdin }) },
  );

describe('paperboy evaluate', () => {
  it('“evaluate” prints every way per number of known papers, and needs no settings and no data', async () => {
    const { code, stdout, stderr } = await evaluate('papers.json --readers readers.jsonl');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('49 papers, 49 with a topic.\n2 readers of 2 tried');
    for (const heading of ['The newest liked paper known', 'The newest 5 liked papers known'])
      expect(stdout).toContain(heading);
    expect(stdout).not.toContain('The newest 10');
    expect(stdout).toMatch(/^feedback +2 +0\.\d{3} \[0\.\d{3}, 0\.\d{3}\] /m);
    expect(stdout).toMatch(/^both, 3 topics − topics +2 /m);
    expect(await readdir(inFolder())).toEqual(['papers.json', 'readers.jsonl']);
  });

  it('“evaluate --json” prints the same each time, on one line', async () => {
    const line = 'papers.json --readers - --json --candidates 20 --seed 3';
    const readers = await readFile(inFolder('readers.jsonl'), 'utf8');
    const { stdout } = await evaluate(line, readers);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect((await evaluate(line, readers)).stdout).toBe(stdout);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ papers: 49, readers: 2, readers_tried: 2, papers_per_day: 20 });
    expect(result.ways[0]).toEqual({
      known: 1,
      way: 'popularity',
      followed: null,
      readers: 2,
      precision_at_10: {
        mean: expect.any(Number),
        low: expect.any(Number),
        high: expect.any(Number),
      },
      ndcg_at_10: expect.anything(),
      auc: expect.anything(),
      coverage: { readers: 1, places: 1 },
    });
    expect(result.differences[0]).toMatchObject({ known: 1, way: 'both', over: 'feedback' });
  });

  it('“evaluate --trials” prints one line for each reader, number and way', async () => {
    const { stdout } = await evaluate('papers.json --readers readers.jsonl --trials --sample 1');
    const trials = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(trials.map(({ reader }) => reader)).size).toBe(1);
    expect(trials[0]).toMatchObject({
      known: 1,
      way: 'popularity',
      precision_at_10: expect.any(Number),
    });
  });

  it('“evaluate --topics” uses the topics of a file', async () => {
    const topics = [{ slug: 'agents', name: 'Agents', query: 'agent', title_query: 'agent' }];
    await writeFile(inFolder('topics.json'), JSON.stringify(topics));
    const { stdout } = await evaluate('papers.json --readers readers.jsonl --topics topics.json');
    expect(stdout).toMatch(/^49 papers, [1-3]?\d with a topic/);
  });

  it('“evaluate --topics arxiv” uses a set that comes with Paperboy', async () => {
    const { stdout } = await evaluate('papers.json --readers readers.jsonl --topics arxiv --json');
    expect(JSON.parse(stdout)).toMatchObject({ papers: 49 });
  });

  it('“evaluate --topics” says what is wrong with the topics of a file', async () => {
    await writeFile(inFolder('topics.json'), '[{}]');
    expect(await evaluate('papers.json --readers readers.jsonl --topics topics.json')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Topic 1: slug is missing: expected a text.\n',
    });
  });

  it.each([
    ['papers.json --readers none.jsonl', 'Cannot read none.jsonl: there is no such file'],
    ['none.json --readers readers.jsonl', 'Cannot read none.json: there is no such file'],
    ['papers.json --readers papers.json', 'Readers, line 1: a list of 49 entries is not a reader'],
    ['readers.jsonl --readers readers.jsonl', 'Line 1: title is missing'],
    ['papers.json', 'required option'],
    [
      'papers.json --readers readers.jsonl --candidates 1',
      'expected a whole number from 2 to 5000',
    ],
    ['papers.json --readers readers.jsonl --sample x', 'expected a whole number from 1 to 1000000'],
    ['papers.json --readers readers.jsonl --json --trials', 'cannot be used with option'],
  ])('“evaluate %s” fails and says why', async (line, message) => {
    const { code, stdout, stderr } = await evaluate(line);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});
