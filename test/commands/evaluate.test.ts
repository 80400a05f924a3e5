import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { projectFile } from '../project/files.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { type CallerOptions, runCommand } from './run.ts';

let test: TestApp;
let folder: string;
beforeAll(async () => {
  test = await openTestApp();
  folder = await mkdtemp(join(tmpdir(), 'paperboy-evaluate-'));
  await writeFile(join(folder, 'papers.json'), projectFile('seeds/papers.json'));
});
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await test.app.database.pool.query('TRUNCATE papers CASCADE');
});

const paperboy = (line: string, caller: CallerOptions = {}) =>
  runCommand(test.app, line.split(' '), { cwd: folder, ...caller });

async function storedPapers(): Promise<number> {
  const { rows } = await test.app.database.pool.query('SELECT id FROM papers');
  return rows.length;
}

describe('paperboy evaluate', () => {
  it('tells of a file how many papers have a topic and how well readers are served, and stores nothing', async () => {
    const { code, stdout } = await paperboy('evaluate papers.json --readers 30 --json');
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(answer).toMatchObject({
      papers: 49,
      with_topic: 49,
      topics_per_paper: 1.673,
      readers: 30,
      papers_each: 5,
      day_papers: 25,
    });
    expect(answer.topics).toHaveLength(21);
    expect(answer.topics.find(({ slug }: { slug: string }) => slug === 'ssm')).toEqual({
      slug: 'ssm',
      papers: 12,
      first: 7,
    });
    expect(Object.keys(answer.precision)).toEqual([
      'popularity',
      'feedback',
      'topics',
      'topics_and_feedback',
    ]);
    expect(answer.precision.topics).toBeGreaterThan(answer.precision.popularity);
    expect(await storedPapers()).toBe(0);
  });

  it('says of the stored papers what it says of their file', async () => {
    const ofFile = await paperboy('evaluate - --readers 5 --json', {
      stdin: projectFile('seeds/papers.json'),
    });
    await paperboy('seed');
    const ofStored = await paperboy('evaluate --readers 5 --json');
    const coverage = (text: string) => {
      const { papers, with_topic: covered, topics } = JSON.parse(text);
      return { papers, covered, topics };
    };
    expect(coverage(ofStored.stdout)).toEqual(coverage(ofFile.stdout));
    expect((await paperboy('evaluate --readers 5 --json')).stdout).toBe(ofStored.stdout);
  });

  it('prints tables for people', async () => {
    const { stdout } = await paperboy('evaluate papers.json --readers 10');
    expect(stdout).toContain('49 papers, 100.0 % of them with a topic; 1.67 topics a paper.');
    expect(stdout).toMatch(/^State-space & linear attention +12 +7$/m);
    expect(stdout).toMatch(/^popularity alone +0\.\d{3} +\d+ %$/m);
    expect(stdout).toMatch(/^who knows all +0\.\d{3} +100 %$/m);
  });

  it('says when there is nothing to evaluate', async () => {
    const none = await paperboy('evaluate');
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No papers are stored'),
    });
    const single = await paperboy('evaluate -', {
      stdin: '{"title": "Mamba", "abstract": "A hidden state."}',
    });
    expect(single).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Too few papers to make up readers.'),
    });
  });

  it.each(['0', '-1', '1.5', 'many', '1000000'])('refuses %s readers', async (count) => {
    const { code, stderr } = await paperboy(`evaluate papers.json --readers ${count}`);
    expect(code).not.toBe(0);
    expect(stderr).toContain('from 1 to 100000');
  });
});
