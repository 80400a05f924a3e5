import { basename } from 'node:path';
import { Command } from 'commander';
import { formatCount } from '../copy/en/format.ts';
import { iterateSubscribers } from '../db/subscribers/subscribers.ts';
import { PaperboyError } from '../domain/errors.ts';
import { escapeFormula, joinList } from '../domain/subscribers/import-row.ts';
import type { Subscriber } from '../domain/subscribers/subscriber.ts';
import { eraseAddress } from '../services/subscribers/erase-address.ts';
import { importSubscriberFile } from '../services/subscribers/import-subscribers.ts';
import type { CommandContext } from './context.ts';
import { createJsonOption } from './options.ts';
import { createTerminalProgress, printJson, printLine } from './output.ts';

/** The columns of an export, in order. An import reads each of them. */
const EXPORT_COLUMNS: Record<string, (subscriber: Subscriber) => string> = {
  email: ({ email }) => email,
  status: ({ status }) => status,
  topics: ({ topics }) => joinList(topics),
  topics_only: ({ topicsOnly }) => (topicsOnly ? 'yes' : 'no'),
  shows_summaries: ({ showsSummaries }) => (showsSummaries ? 'yes' : 'no'),
  muted_topics: ({ mutedTopics }) => joinList(mutedTopics),
  keywords: ({ keywords }) => joinList(keywords),
  names: ({ names }) => joinList(names),
  timezone: ({ timezone }) => timezone,
  hour: ({ hour }) => String(hour),
  frequency: ({ frequency }) => frequency,
  papers: ({ papers }) => String(papers),
  minutes: ({ minutes }) => String(minutes ?? ''),
  relevance_threshold: ({ relevanceThreshold }) => relevanceThreshold,
  paused_until: ({ pausedUntil }) => pausedUntil ?? '',
};

/** `paperboy subscribers …` */
export function createSubscribersCommand(context: CommandContext): Command {
  const subscribers = new Command('subscribers');
  subscribers
    .command('import')
    .argument('<file>', 'CSV with a header line; - for standard input')
    .description('add subscribers as active, or update the preferences that a row names')
    .addHelpText(
      'after',
      '\nColumns: email (required), topics, muted_topics (slugs separated by ;), topics_only and\nshows_summaries (yes, no), keywords,\nnames (separated by ;), timezone, hour, frequency, papers, minutes, relevance_threshold (low, middle, high), paused_until (YYYY-MM-DD), consent.\nRejected rows are listed on standard error, the others are stored; the exit code is then 1.\nA row with the status pending, unsubscribed, or paused without an end, as in an export, adds nobody.',
    )
    .addOption(createJsonOption())
    .action((file: string, { json }: { json?: true }) =>
      importSubscribersCsv(context, file, json === true),
    );
  subscribers
    .command('export')
    .description('print all subscribers as CSV with the columns of an import')
    .action(() => exportSubscribersCsv(context));
  subscribers
    .command('erase')
    .argument('<email>', 'address of the subscriber')
    .description('erase all data about a subscriber except a keyed hash of the address')
    .action((email: string) => eraseSubscriber(context, email));
  return subscribers;
}

async function importSubscribersCsv(
  context: CommandContext,
  file: string,
  json: boolean,
): Promise<void> {
  const { io } = context;
  await context.withStorage(async ({ db, keys, clock }) => {
    const progress = createTerminalProgress(io);
    const report = await importSubscriberFile(
      { db, suppressionKey: keys.suppressionKey },
      {
        name: file === '-' ? 'standard input' : basename(file),
        content: file === '-' ? io.stdin : io.openFile(file),
        onProgress: ({ rows }) => progress.show(`${formatCount(rows)} rows read`),
        onRejected: async (line, problem) => {
          await progress.clear();
          await io.stderr.write(`Line ${line}: ${problem}\n`);
        },
        signal: io.signal,
      },
      clock(),
    ).finally(progress.clear);
    if (report.rejected > 0) context.setExitCode(1);
    if (json) return printJson(io, report);
    const { rows, added, updated, suppressed, rejected } = report;
    return printLine(
      io,
      `${formatCount(rows)} rows read: ${formatCount(added)} added, ${formatCount(updated)} updated, ${formatCount(suppressed)} suppressed, ${formatCount(rejected)} rejected.`,
    );
  });
}

async function exportSubscribersCsv({ io, withStorage }: CommandContext): Promise<void> {
  await withStorage(async ({ db }) => {
    let lines = [Object.keys(EXPORT_COLUMNS).join(',')];
    for await (const subscriber of iterateSubscribers(db)) {
      io.signal.throwIfAborted();
      lines.push(formatCsvLine(subscriber));
      if (lines.length < LINES_PER_WRITE) continue;
      await printLine(io, lines.join('\n'));
      lines = [];
    }
    if (lines.length > 0) await printLine(io, lines.join('\n'));
  });
}

/** Lines written at once. Each write is an event to the caller's process. */
const LINES_PER_WRITE = 500;

function formatCsvLine(subscriber: Subscriber): string {
  return Object.values(EXPORT_COLUMNS)
    .map((formatCell) => formatCsvCell(escapeFormula(formatCell(subscriber))))
    .join(',');
}

function formatCsvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function eraseSubscriber({ io, withStorage }: CommandContext, email: string): Promise<void> {
  await withStorage(async ({ db, keys, clock }) => {
    if (await eraseAddress({ db, clock, suppressionKey: keys.suppressionKey }, email)) {
      return printLine(
        io,
        'All data about this subscriber is erased except a keyed hash of the address.',
      );
    }
    throw new PaperboyError('UNKNOWN_SUBSCRIBER', `No subscriber has the address “${email}”.`);
  });
}
