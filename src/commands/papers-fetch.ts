import { Command } from 'commander';
import { formatCount, formatQuantity } from '../copy/en/format.ts';
import { PaperboyError } from '../domain/errors.ts';
import { EXPECTED_SOURCES, parseSourceName } from '../domain/sources/source-name.ts';
import { addDays } from '../domain/time/schedule.ts';
import { type FetchReport, fetchPapers } from '../services/sources/fetch-papers.ts';
import type { CommandContext } from './context.ts';
import { createDateOption, createDayOption, createJsonOption } from './options.ts';
import { createTerminalProgress, printJson, printLine } from './output.ts';

/** Maximum number of days in one backfill: a year, which takes half an hour on arXiv. */
const MAX_DAYS = 366;

interface FetchOptions {
  date?: string;
  from?: string;
  to?: string;
  json?: true;
}

/** `paperboy papers fetch SOURCE` */
export function createPapersFetchCommand(context: CommandContext): Command {
  return new Command('fetch')
    .argument('<source>', EXPECTED_SOURCES)
    .description('fetch the newest list of a source, or the lists of given days')
    .addOption(createDateOption('the day on which the papers were listed'))
    .addOption(createDayOption('--from <day>', 'the first of several days'))
    .addOption(createDayOption('--to <day>', 'the last of several days'))
    .addHelpText(
      'after',
      '\narXiv’s days before today come from its API: the papers submitted for that day’s list. Requests keep the\ncrawl delay of each host, so several days take a while; each day is stored as soon as it is fetched.',
    )
    .addOption(createJsonOption())
    .action((source: string, options: FetchOptions) => fetchDays(context, source, options));
}

async function fetchDays(
  context: CommandContext,
  name: string,
  options: FetchOptions,
): Promise<void> {
  parseSourceName(name);
  const days = parseDayRange(options);
  const { io } = context;
  await context.withApp(async (app) => {
    const source = app.sources.openByName(name);
    const progress = createTerminalProgress(io);
    const reports: FetchReport[] = [];
    try {
      for (const day of days) {
        io.signal.throwIfAborted();
        if (day !== null)
          progress.show(`${source.name} of ${day}, ${reports.length} of ${days.length} days`);
        const report = await fetchPapers({ ...app, signal: io.signal }, source, { day });
        reports.push(report);
        await progress.clear();
        if (options.json === undefined) await printFetchReport(context, report);
        // A source that is busy or unreachable now will be so for the next day too.
        if (report.error !== null && report.error.code !== 'NO_SUCH_DAY') break;
      }
    } finally {
      await progress.clear();
    }
    if (reports.some(({ outcome }) => outcome === 'failed')) context.setExitCode(1);
    if (options.json)
      await printJson(io, { source: name, fetches: reports.map(fetchReportToJson) });
  });
}

async function printFetchReport({ io }: CommandContext, report: FetchReport): Promise<void> {
  const { source, day, found, added, updated, refused, detail } = report;
  const list = day === null ? source : `${source} of ${day}`;
  if (report.error !== null) return io.stderr.write(`${list}: ${report.error.message}\n`);
  if (report.outcome === 'unchanged')
    return printLine(io, `${list}: unchanged since it was last read.`);
  if (report.outcome === 'empty') return printLine(io, `${list}: no papers.`);
  const known = found - added - updated;
  const stale = report.outcome === 'stale' ? ' The source served an old list again.' : '';
  await printLine(
    io,
    `${list}: ${formatQuantity(found, 'paper')}, ${formatCount(added)} new, ${formatCount(updated)} updated, ${formatCount(known)} unchanged.${stale}`,
  );
  if (refused > 0) await io.stderr.write(`${list}: ${detail ?? ''}\n`);
}

function fetchReportToJson(report: FetchReport) {
  const { day, outcome, found, added, updated, refused, detail } = report;
  return { day, outcome, found, added, updated, refused, detail };
}

/** @throws PaperboyError `INVALID_DAYS`. */
function parseDayRange({ date, from, to }: FetchOptions): (string | null)[] {
  if (date !== undefined && (from ?? to) !== undefined)
    throw createInvalidDaysError(
      '--date is given with --from or --to: expected one day, or the first and the last',
    );
  if (from === undefined && to === undefined) return [date ?? null];
  if (from === undefined || to === undefined || from > to)
    throw createInvalidDaysError(
      `the days are from ${from ?? 'none'} to ${to ?? 'none'}: expected --from, and --to on or after it`,
    );
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) {
    if (days.length === MAX_DAYS)
      throw createInvalidDaysError(
        `from ${from} to ${to} is too far: expected ${MAX_DAYS} days at the most`,
      );
    days.push(day);
  }
  return days;
}

function createInvalidDaysError(problem: string): PaperboyError {
  return new PaperboyError('INVALID_DAYS', `Nothing is fetched: ${problem}.`);
}
