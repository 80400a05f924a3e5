import { Command } from 'commander';
import { countOf, formatCount } from '../domain/describe.ts';
import { PaperboyError } from '../domain/errors.ts';
import { addDays } from '../domain/schedule.ts';
import { readSourceName, SOURCES_EXPECTED } from '../domain/source-name.ts';
import { type FetchReport, fetchPapers } from '../services/fetch-papers.ts';
import type { CommandContext } from './context.ts';
import { dateOption, dayOption, jsonOption } from './options.ts';
import { progressOn, say, sayJson } from './output.ts';

/** Days of one backfill: a year, which takes arXiv half an hour. */
const MOST_DAYS = 366;

interface Options {
  date?: string;
  from?: string;
  to?: string;
  json?: true;
}

/** `paperboy papers fetch SOURCE` */
export function papersFetchCommand(context: CommandContext): Command {
  return new Command('fetch')
    .argument('<source>', SOURCES_EXPECTED)
    .description('ask a source for its newest list, or for that of a day or of several')
    .addOption(dateOption('the day on which the papers were listed'))
    .addOption(dayOption('--from <day>', 'the first of several days'))
    .addOption(dayOption('--to <day>', 'the last of several days'))
    .addHelpText(
      'after',
      '\nDays of arXiv before today come from its API: what was handed in for that day’s list. Hosts are asked\nas politely as the schedule does, so several days take their time; days that are fetched are stored at once.',
    )
    .addOption(jsonOption())
    .action((source: string, options: Options) => fetchDays(context, source, options));
}

async function fetchDays(context: CommandContext, name: string, options: Options): Promise<void> {
  readSourceName(name);
  const days = daysOf(options);
  const { io } = context;
  await context.withParts(async (parts) => {
    const source = parts.sources.named(name);
    const progress = progressOn(io);
    const reports: FetchReport[] = [];
    try {
      for (const day of days) {
        io.signal.throwIfAborted();
        if (day !== null)
          progress.show(`${source.name} of ${day}, ${reports.length} of ${days.length} days`);
        const report = await fetchPapers({ ...parts, signal: io.signal }, source, { day });
        reports.push(report);
        await progress.end();
        if (options.json === undefined) await tell(context, report);
        // What is busy or away for one day is so for the next.
        if (report.error !== null && report.error.code !== 'NO_SUCH_DAY') break;
      }
    } finally {
      await progress.end();
    }
    if (reports.some(({ outcome }) => outcome === 'failed')) context.setExitCode(1);
    if (options.json) await sayJson(io, { source: name, fetches: reports.map(jsonOf) });
  });
}

async function tell({ io }: CommandContext, report: FetchReport): Promise<void> {
  const { source, day, found, added, updated, refused, detail } = report;
  const list = day === null ? source : `${source} of ${day}`;
  if (report.error !== null) return io.stderr.write(`${list}: ${report.error.message}\n`);
  if (report.outcome === 'unchanged') return say(io, `${list}: unchanged since it was last read.`);
  if (report.outcome === 'empty') return say(io, `${list}: no papers.`);
  const known = found - added - updated;
  const stale = report.outcome === 'stale' ? ' It is an old list again.' : '';
  await say(
    io,
    `${list}: ${countOf(found, 'paper')}, ${formatCount(added)} new, ${formatCount(updated)} updated, ${formatCount(known)} as they were.${stale}`,
  );
  if (refused > 0) await io.stderr.write(`${list}: ${detail ?? ''}\n`);
}

function jsonOf(report: FetchReport) {
  const { day, outcome, found, added, updated, refused, detail } = report;
  return { day, outcome, found, added, updated, refused, detail };
}

/** @throws PaperboyError `INVALID_DAYS`. */
function daysOf({ date, from, to }: Options): (string | null)[] {
  if (date !== undefined && (from ?? to) !== undefined)
    throw invalid(
      '--date is given with --from or --to: expected one day, or the first and the last',
    );
  if (from === undefined && to === undefined) return [date ?? null];
  if (from === undefined || to === undefined || from > to)
    throw invalid(
      `the days are from ${from ?? 'none'} to ${to ?? 'none'}: expected --from, and --to on or after it`,
    );
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) {
    if (days.length === MOST_DAYS)
      throw invalid(`from ${from} to ${to} is too far: expected ${MOST_DAYS} days at the most`);
    days.push(day);
  }
  return days;
}

function invalid(problem: string): PaperboyError {
  return new PaperboyError('INVALID_DAYS', `Nothing is fetched: ${problem}.`);
}
