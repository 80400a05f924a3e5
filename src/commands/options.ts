import { InvalidArgumentError, Option } from 'commander';
import { DIGEST_KINDS } from '../domain/digests/digest.ts';
import { isCalendarDay } from '../domain/time/schedule.ts';

/** `--date D`, checked. */
export function createDateOption(description: string): Option {
  return createDayOption('--date <day>', description);
}

/** An option that takes a day, checked. */
export function createDayOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    if (isCalendarDay(text)) return text;
    throw new InvalidArgumentError(`“${text}” is no day: expected one such as 2026-05-08.`);
  });
}

/** `--kind daily|weekly`. */
export function createKindOption(): Option {
  return new Option('--kind <kind>', 'kind of digest').choices([...DIGEST_KINDS]).default('daily');
}

/** `--json`, for commands that answer with one line. */
export function createJsonOption(): Option {
  return new Option('--json', 'answer as one line of JSON');
}
