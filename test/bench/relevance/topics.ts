/**
 * `npm run evaluate:topics -- PAPERS [TOPICS]`: precision and recall of each topic against the
 * categories of papers. PAPERS is a file as for “papers import” whose papers have `categories`;
 * TOPICS is a file of topics (default: seeds/topics.json). Only the queries are tried: the papers
 * are stored without their categories, in a database in memory.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { listPapers } from '../../../src/db/papers/paper-lists.ts';
import { PaperboyError } from '../../../src/domain/errors.ts';
import { parseTopicFile } from '../../../src/domain/topics/topic-file.ts';
import { readWholeFile } from '../../../src/services/papers/read-whole-file.ts';
import { storePapers } from '../../../src/services/papers/store-papers.ts';
import { readTopicSet, withTemporaryDatabase } from '../../../src/wiring/database.ts';
import { computeTopicPrecision, formatTopicPrecision } from './topic-precision.ts';

process.exitCode = await main(process.argv.slice(2));

async function main([papersFile, topicsFile, ...others]: readonly string[]): Promise<number> {
  if (papersFile === undefined || others.length > 0) {
    console.error('Usage: npm run evaluate:topics -- PAPERS [TOPICS]');
    return 2;
  }
  try {
    const content = await readCallersFile(papersFile);
    const topics = topicsFile === undefined ? null : await readCallersFile(topicsFile);
    console.log(await evaluateTopics(content, topics ?? (await readTopicSet('ml'))));
    return 0;
  } catch (error) {
    if (!(error instanceof PaperboyError)) throw error;
    console.error(error.message);
    return 1;
  }
}

/** npm runs scripts in the folder of the package; INIT_CWD is the caller's. */
function readCallersFile(file: string): Promise<string> {
  return readFile(resolve(process.env.INIT_CWD ?? '.', file), 'utf8');
}

function evaluateTopics(papersText: string, topicsText: string): Promise<string> {
  const now = new Date();
  const { papers } = readWholeFile(papersText, { source: 'file', today: '2026-01-01' });
  const categoriesById = new Map(papers.map(({ id, categories }) => [id, categories]));
  return withTemporaryDatabase(topicsText, async ({ db }) => {
    const bare = papers.map((paper) => ({ ...paper, categories: [] }));
    await db.transaction((tx) => storePapers(tx, bare, now));
    const stored = await listPapers(db, {}, { order: 'newest', limit: bare.length, offset: 0 });
    const labelled = stored
      .map((paper) => ({ ...paper, categories: categoriesById.get(paper.id) ?? [] }))
      .filter(({ categories }) => categories.length > 0);
    const rows = computeTopicPrecision(labelled, parseTopicFile(topicsText));
    return formatTopicPrecision(rows, labelled.length);
  });
}
