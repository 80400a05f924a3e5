import { Command } from 'commander';
import { importPapers } from '../services/papers/import-papers.ts';
import { readTopics } from '../services/topics/read-topics.ts';
import { loadDefaultTopics, readSeed } from '../wiring/database.ts';
import type { CommandContext } from './context.ts';
import { createJsonOption } from './options.ts';
import { printJson, printLine } from './output.ts';

/** `paperboy seed` */
export function createSeedCommand(context: CommandContext): Command {
  return new Command('seed').addOption(createJsonOption()).action(({ json }: { json?: true }) =>
    context.withStorage(async ({ db, clock }) => {
      await loadDefaultTopics(db, clock());
      const { length: topics } = await readTopics(db);
      const text = await readSeed('papers.json');
      const papers = await importPapers(db, { text, source: 'file' }, clock());
      if (json) return printJson(context.io, { topics, papers });
      return printLine(
        context.io,
        `${topics} topics and ${papers.read} papers are stored, ${papers.added} of the papers are new.`,
      );
    }),
  );
}
