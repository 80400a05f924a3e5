import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { countOf, formatCount } from '../domain/describe.ts';
import { importPapers } from '../services/import-papers.ts';
import type { CommandContext } from './context.ts';
import { jsonOption } from './options.ts';
import { say, sayJson } from './output.ts';
import { papersFetchCommand } from './papers-fetch.ts';

/** `paperboy papers …` */
export function papersCommand(context: CommandContext): Command {
  const { io } = context;
  const papers = new Command('papers').description('the papers that digests are made of');
  papers
    .command('import')
    .argument('<file>', 'JSON array, JSON lines or CSV of papers; - for standard input')
    .description('store papers and give them their topics: all of the file, or none')
    .addHelpText(
      'after',
      '\nColumns of CSV, by its header line: title and abstract (required), id, authors (parted by ;),\nauthor_count, organization, published_on, listed_on (YYYY-MM-DD), upvotes, comments, url, code_url.',
    )
    .addOption(jsonOption())
    .action(async (file: string, { json }: { json?: true }) => {
      const content = await text(file === '-' ? io.stdin : io.openFile(file));
      await context.withParts(async ({ db, clock }) => {
        const result = await importPapers(db, { text: content, source: 'file' }, clock());
        if (json) return sayJson(io, result);
        const known = result.read - result.added - result.updated;
        return say(
          io,
          `${countOf(result.read, 'paper')} read: ${formatCount(result.added)} new, ${formatCount(result.updated)} updated, ${formatCount(known)} known as they are.`,
        );
      });
    });
  papers.addCommand(papersFetchCommand(context));
  return papers;
}
