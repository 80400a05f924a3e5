import { InvalidArgumentError, Option } from 'commander';
import { DIGEST_KINDS } from '../domain/digest.ts';
import { isDay } from '../domain/schedule.ts';

/** `--date D`, checked. */
export function dateOption(description: string): Option {
  return dayOption('--date <day>', description);
}

/** An option that takes a day, checked. */
export function dayOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    if (isDay(text)) return text;
    throw new InvalidArgumentError(`“${text}” is no day: expected one such as 2026-05-08.`);
  });
}

/** `--kind daily|weekly`. */
export function kindOption(): Option {
  return new Option('--kind <kind>', 'kind of digest').choices([...DIGEST_KINDS]).default('daily');
}

/** `--json`, for commands that answer with one line. */
export function jsonOption(): Option {
  return new Option('--json', 'answer as one line of JSON');
}
