import { basename } from 'node:path';
import { Command } from 'commander';
import { eachSubscriber } from '../db/subscribers.ts';
import { formatCount } from '../domain/describe.ts';
import { PaperboyError } from '../domain/errors.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import { guard, joinList } from '../domain/subscriber-row.ts';
import { eraseAddress } from '../services/erase-address.ts';
import { importSubscriberFile } from '../services/import-subscribers.ts';
import type { CommandContext } from './context.ts';
import { jsonOption } from './options.ts';
import { progressOn, say, sayJson } from './output.ts';

/** In the order of the export; each is a column of an import too. */
const EXPORT_COLUMNS: Record<string, (reader: Subscriber) => string> = {
  email: ({ email }) => email,
  status: ({ status }) => status,
  topics: ({ topics }) => joinList(topics),
  muted_topics: ({ mutedTopics }) => joinList(mutedTopics),
  keywords: ({ keywords }) => joinList(keywords),
  names: ({ names }) => joinList(names),
  timezone: ({ timezone }) => timezone,
  hour: ({ hour }) => String(hour),
  frequency: ({ frequency }) => frequency,
  papers: ({ papers }) => String(papers),
  minutes: ({ minutes }) => String(minutes ?? ''),
  bar: ({ bar }) => bar,
  paused_until: ({ pausedUntil }) => pausedUntil ?? '',
};

/** `paperboy subscribers …` */
export function subscribersCommand(context: CommandContext): Command {
  const subscribers = new Command('subscribers').description('the readers');
  subscribers
    .command('import')
    .argument('<file>', 'CSV with a header line; - for standard input')
    .description('add readers as active, or update the preferences that a row names')
    .addHelpText(
      'after',
      '\nColumns: email (required), topics, muted_topics (slugs separated by ;), keywords, names (separated by ;),\ntimezone, hour, frequency, papers, minutes, bar (low, middle, high), paused_until (YYYY-MM-DD), consent.\nRejected rows are told on standard error, the others are stored; the exit code is then 1.\nA row whose status says pending, unsubscribed, or paused without an end, as in an export, adds nobody.',
    )
    .addOption(jsonOption())
    .action((file: string, { json }: { json?: true }) => importFile(context, file, json === true));
  subscribers
    .command('export')
    .description('all readers as CSV on standard output, in the columns of an import')
    .action(() => exportAll(context));
  subscribers
    .command('erase')
    .argument('<email>', 'address of the reader')
    .description('remove everything stored about a reader but a keyed hash of the address')
    .action((email: string) => erase(context, email));
  return subscribers;
}

async function importFile(context: CommandContext, file: string, json: boolean): Promise<void> {
  const { io } = context;
  await context.withParts(async ({ db, keys, clock }) => {
    const progress = progressOn(io);
    const report = await importSubscriberFile(
      { db, suppressionKey: keys.suppressionKey },
      {
        name: file === '-' ? 'standard input' : basename(file),
        content: file === '-' ? io.stdin : io.openFile(file),
        onProgress: ({ rows }) => progress.show(`${formatCount(rows)} rows read`),
        onRejected: async (line, problem) => {
          await progress.end();
          await io.stderr.write(`Line ${line}: ${problem}\n`);
        },
        signal: io.signal,
      },
      clock(),
    ).finally(progress.end);
    if (report.rejected > 0) context.setExitCode(1);
    if (json) return sayJson(io, report);
    const { rows, added, updated, suppressed, rejected } = report;
    return say(
      io,
      `${formatCount(rows)} rows read: ${formatCount(added)} added, ${formatCount(updated)} updated, ${formatCount(suppressed)} suppressed, ${formatCount(rejected)} rejected.`,
    );
  });
}

async function exportAll({ io, withParts }: CommandContext): Promise<void> {
  await withParts(async ({ db }) => {
    let lines = [Object.keys(EXPORT_COLUMNS).join(',')];
    for await (const subscriber of eachSubscriber(db)) {
      io.signal.throwIfAborted();
      lines.push(csvLine(subscriber));
      if (lines.length < LINES_AT_ONCE) continue;
      await say(io, lines.join('\n'));
      lines = [];
    }
    if (lines.length > 0) await say(io, lines.join('\n'));
  });
}

/** Lines written at once: one by one, each would be a message to the caller's process. */
const LINES_AT_ONCE = 500;

function csvLine(subscriber: Subscriber): string {
  return Object.values(EXPORT_COLUMNS)
    .map((cellOf) => csvCell(guard(cellOf(subscriber))))
    .join(',');
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function erase({ io, withParts }: CommandContext, email: string): Promise<void> {
  await withParts(async ({ db, keys, clock }) => {
    if (await eraseAddress({ db, clock, suppressionKey: keys.suppressionKey }, email)) {
      return say(io, 'Everything about this reader is erased but a keyed hash of the address.');
    }
    throw new PaperboyError('UNKNOWN_SUBSCRIBER', `No subscriber has the address “${email}”.`);
  });
}
