/**
 * `npm run evaluate -- [FILE] …`: a smoke test of how well topics fit papers, and of how well
 * papers are chosen for simulated readers; `paperboy evaluate` judges by real ones. A file is
 * evaluated in a database in memory; without one, the stored papers of the installation that the
 * settings name are read. `--help` lists the options.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Database } from '../../../src/db/client.ts';
import { PaperboyError } from '../../../src/domain/errors.ts';
import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import { loadConfig } from '../../../src/settings/config.ts';
import {
  type Closer,
  openPreparedDatabase,
  prepareDatabase,
} from '../../../src/wiring/database.ts';
import { openInMemoryDatabase } from '../../support/in-memory-database.ts';
import { EVALUATE_HELP, type EvaluateOptions, parseEvaluateArguments } from './arguments.ts';
import { evaluateRanking, readStoredPapers, storePapersOfFile } from './evaluate-ranking.ts';
import { evaluationToJson, formatEvaluation } from './format-evaluation.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseEvaluateArguments(argv);
  if (parsed.kind === 'help') {
    console.log(EVALUATE_HELP);
    return 0;
  }
  if (parsed.kind === 'wrong') {
    console.error(`${parsed.problem}\nMore: npm run evaluate -- --help`);
    return 2;
  }
  const closers: Closer[] = [];
  try {
    return await evaluate(parsed.options, closers);
  } catch (error) {
    if (!(error instanceof PaperboyError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function evaluate(options: EvaluateOptions, closers: Closer[]): Promise<number> {
  const { database, papers } = await (options.file === null
    ? openStoredPapers(closers)
    : openPapersOfFile(options.file, closers));
  if (papers.length === 0) {
    console.error('There are no papers: name a file of papers, or store some first.');
    return 1;
  }
  const evaluation = await evaluateRanking(database.db, papers, options.subscribers);
  console.log(
    options.isJson ? JSON.stringify(evaluationToJson(evaluation)) : formatEvaluation(evaluation),
  );
  return 0;
}

interface EvaluatedPapers {
  database: Database;
  papers: TopicPaper[];
}

async function openStoredPapers(closers: Closer[]): Promise<EvaluatedPapers> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig(process.env);
  const { database } = await openPreparedDatabase(config, () => new Date(), closers);
  return { database, papers: await readStoredPapers(database.db) };
}

async function openPapersOfFile(file: string, closers: Closer[]): Promise<EvaluatedPapers> {
  // npm runs scripts in the folder of the package; INIT_CWD is the caller's.
  const path = resolve(process.env.INIT_CWD ?? '.', file);
  const content = await (file === '-' ? text(process.stdin) : readFile(path, 'utf8'));
  const database = await openInMemoryDatabase();
  closers.push(() => database.close());
  await prepareDatabase(database, { queueInPostgres: true });
  return { database, papers: await storePapersOfFile(database.db, content, new Date()) };
}
