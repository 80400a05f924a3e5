import { InvalidArgumentError, Option } from 'commander';
import { DIGEST_KINDS } from '../domain/digests/digest.ts';
import { isCalendarDay } from '../domain/time/schedule.ts';

/** The option `--date <day>`, validated. */
export function createDateOption(description: string): Option {
  return createDayOption('--date <day>', description);
}

/** An option whose value is a day, validated. */
export function createDayOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    if (isCalendarDay(text)) return text;
    throw new InvalidArgumentError(`“${text}” is not a day: expected one such as 2026-05-08.`);
  });
}

/** The option `--kind daily|weekly`. */
export function createKindOption(): Option {
  return new Option('--kind <kind>', 'kind of digest').choices([...DIGEST_KINDS]).default('daily');
}

/** The option `--json`, for commands whose result is one line. */
export function createJsonOption(): Option {
  return new Option('--json', 'print one line of JSON');
}
