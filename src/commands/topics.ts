import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { formatCount, formatQuantity } from '../copy/en/format.ts';
import { TOPIC_COMMAND_COPY } from '../copy/en/topics.ts';
import { countPapersToSort, findTopicSet } from '../db/topics/topic-set.ts';
import { parseTopicFile, toTopicEntry } from '../domain/topics/topic-file.ts';
import { countTopics } from '../services/topics/count-topics.ts';
import { loadTopics, previewTopics } from '../services/topics/load-topics.ts';
import { readTopics } from '../services/topics/read-topics.ts';
import { sortPapers } from '../services/topics/sort-papers.ts';
import { readTopicSet, TOPIC_SETS } from '../wiring/database.ts';
import type { Storage } from '../wiring/storage.ts';
import type { CommandContext } from './context.ts';
import { createJsonOption } from './options.ts';
import { createTerminalProgress, printJson, printLine } from './output.ts';

interface LoadOptions {
  dryRun?: true;
  json?: true;
}

/** `paperboy topics …` */
export function createTopicsCommand(context: CommandContext): Command {
  const topics = new Command('topics');
  topics
    .command('list')
    .description('list the topics with their numbers of papers, and how far the papers are sorted')
    .addOption(createJsonOption())
    .action(({ json }: { json?: true }) => listTopics(context, json === true));
  topics
    .command('load')
    .argument('<set>', 'ml (machine learning), arxiv (all of arXiv), or a JSON file of topics')
    .description('replace the topics by another set, and sort the stored papers again')
    .option('--dry-run', 'say what would change, and change nothing')
    .addHelpText('after', TOPIC_COMMAND_COPY.loadHelp)
    .addOption(createJsonOption())
    .action((set: string, options: LoadOptions) => loadTopicSet(context, set, options));
  topics
    .command('export')
    .description('print the topics as a JSON file that “topics load” reads')
    .action(() =>
      context.withStorage(async ({ db }) => {
        const entries = (await readTopics(db)).map(toTopicEntry);
        await context.io.stdout.write(`${JSON.stringify(entries, null, 2)}\n`);
      }),
    );
  return topics;
}

async function listTopics({ io, withStorage }: CommandContext, json: boolean): Promise<void> {
  await withStorage(async ({ db }) => {
    const set = await findTopicSet(db);
    const topics = await countTopics(db);
    const unsorted = await countPapersToSort(db);
    const name = set?.name ?? null;
    if (json) {
      const rows = topics.map(({ slug, name, group, papers }) => ({ slug, name, group, papers }));
      return printJson(io, { set: name, unsorted, topics: rows });
    }
    for (const { slug, name, group, papers } of topics)
      await printLine(io, `${slug}  ${group === null ? '' : `${group}: `}${name}  ${papers}`);
    await printLine(io, TOPIC_COMMAND_COPY.listed({ name, count: topics.length, unsorted }));
  });
}

async function loadTopicSet(
  { io, withStorage }: CommandContext,
  set: string,
  options: LoadOptions,
): Promise<void> {
  const [dryRun, json] = [options.dryRun === true, options.json === true];
  const known = TOPIC_SETS.find((name) => name === set);
  const content = known === undefined ? await text(io.openFile(set)) : await readTopicSet(known);
  const topics = parseTopicFile(content);
  await withStorage(async (storage) => {
    const { db, clock } = storage;
    const name = known ?? set;
    const plan = dryRun
      ? await previewTopics(db, topics)
      : await loadTopics(db, { name, topics }, clock());
    if (!json)
      for (const line of TOPIC_COMMAND_COPY.plan({ name, plan, dryRun })) await printLine(io, line);
    const sorted = dryRun ? 0 : await sortWithProgress(storage, io);
    const unsorted = await countPapersToSort(db);
    if (json)
      return printJson(io, { set: name, dry_run: dryRun, ...toJson(plan), sorted, unsorted });
    if (!dryRun) await printLine(io, TOPIC_COMMAND_COPY.sorted({ sorted, unsorted }));
  });
}

async function sortWithProgress({ db, clock }: Storage, io: CommandContext['io']): Promise<number> {
  const total = await countPapersToSort(db);
  const progress = createTerminalProgress(io);
  const onProgress = (sorted: number) =>
    progress.show(`${formatCount(sorted)} of ${formatQuantity(total, 'paper')} sorted`);
  return sortPapers({ db, clock, signal: io.signal, onProgress }).finally(progress.clear);
}

function toJson({ needsSorting: _needsSorting, ...plan }: Awaited<ReturnType<typeof loadTopics>>) {
  return plan;
}
