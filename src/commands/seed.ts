import { Command } from 'commander';
import { importPapers } from '../services/import-papers.ts';
import { importTopics } from '../services/import-topics.ts';
import { readSeed } from '../wiring/database.ts';
import type { CommandContext } from './context.ts';
import { jsonOption } from './options.ts';
import { say, sayJson } from './output.ts';

/** `paperboy seed` */
export function seedCommand(context: CommandContext): Command {
  return new Command('seed')
    .description(
      'store the topics and the 49 papers that come with Paperboy; again changes nothing',
    )
    .addOption(jsonOption())
    .action(({ json }: { json?: true }) =>
      context.withParts(async ({ db, clock }) => {
        const topics = await importTopics(db, await readSeed('topics.json'));
        const text = await readSeed('papers.json');
        const papers = await importPapers(db, { text, source: 'file' }, clock());
        if (json) return sayJson(context.io, { topics, papers });
        return say(
          context.io,
          `${topics} topics and ${papers.read} papers are stored, ${papers.added} papers of them new.`,
        );
      }),
    );
}
