import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { formatCount, formatQuantity } from '../copy/en/format.ts';
import { importPapers } from '../services/papers/import-papers.ts';
import type { CommandContext } from './context.ts';
import { createJsonOption } from './options.ts';
import { printJson, printLine } from './output.ts';
import { createPapersFetchCommand } from './papers-fetch.ts';

/** `paperboy papers …` */
export function createPapersCommand(context: CommandContext): Command {
  const { io } = context;
  const papers = new Command('papers');
  papers
    .command('import')
    .argument('<file>', 'JSON array, JSON lines or CSV of papers; - for standard input')
    .description('store the papers of a file and assign their topics: all of them, or none')
    .addHelpText(
      'after',
      '\nColumns of CSV, by its header line: title and abstract (required), id, authors (separated by ;),\nauthor_count, organization, published_on, listed_on (YYYY-MM-DD), upvotes, comments, url, code_url,\ncategories and keywords (separated by ;), summary, summary_by, project_url, code_stars, venue, doi.',
    )
    .addOption(createJsonOption())
    .action(async (file: string, { json }: { json?: true }) => {
      const content = await text(file === '-' ? io.stdin : io.openFile(file));
      await context.withStorage(async ({ db, clock }) => {
        const result = await importPapers(db, { text: content, source: 'file' }, clock());
        if (json) return printJson(io, result);
        const known = result.read - result.added - result.updated;
        return printLine(
          io,
          `${formatQuantity(result.read, 'paper')} read: ${formatCount(result.added)} new, ${formatCount(result.updated)} updated, ${formatCount(known)} unchanged.`,
        );
      });
    });
  papers.addCommand(createPapersFetchCommand(context));
  return papers;
}
