import { countOf, describeHour } from '../../domain/describe.ts';
import { FREQUENCIES, type Frequency } from '../../domain/subscriber.ts';
import type { FieldName, Problems } from './views.ts';

/** One choice of a select or a row of radios. */
export interface Choice {
  value: string;
  text: string;
  isChosen: boolean;
}

/** `00:00` to `23:00`. */
export function hourChoices(chosen: number): Choice[] {
  return Array.from({ length: 24 }, (_, hour) => ({
    value: String(hour),
    text: describeHour(hour),
    isChosen: hour === chosen,
  }));
}

/** Daily, weekdays, weekly. */
export function frequencyChoices(chosen: Frequency): Choice[] {
  return FREQUENCIES.map((frequency) => ({
    value: frequency,
    text: FREQUENCY_TEXTS[frequency],
    isChosen: frequency === chosen,
  }));
}

/** The usual numbers of papers, and the reader's own when it is another. */
export function paperChoices(chosen: number): Choice[] {
  const counts = [...new Set([...USUAL_PAPERS, chosen])].sort((a, b) => a - b);
  return counts.map((count) => ({
    value: String(count),
    text: countOf(count, 'paper'),
    isChosen: count === chosen,
  }));
}

/** IANA names; the chosen one is among them even if this machine does not know it. */
export function zoneChoices(timezones: readonly string[], chosen: string): ZoneChoice[] {
  const names = timezones.includes(chosen) ? timezones : [chosen, ...timezones];
  return names.map((name) => ({ name, isChosen: name === chosen }));
}

/** A zone's name is its value and its text: with 400 of them, saying it once keeps the page small. */
export interface ZoneChoice {
  name: string;
  isChosen: boolean;
}

/** The sentence of every field, null where nothing was wrong. */
export function problemsByField(problems: Problems): Record<FieldName, string | null> {
  return {
    email: problems.email ?? null,
    topics: problems.topics ?? null,
    keywords: problems.keywords ?? null,
    frequency: problems.frequency ?? null,
    timezone: problems.timezone ?? null,
    hour: problems.hour ?? null,
    papers: problems.papers ?? null,
    names: problems.names ?? null,
    mutedTopics: problems.mutedTopics ?? null,
    minutes: problems.minutes ?? null,
    bar: problems.bar ?? null,
    allowsClicks: problems.allowsClicks ?? null,
    pausedUntil: problems.pausedUntil ?? null,
  };
}

const FREQUENCY_TEXTS = {
  daily: 'Every day',
  weekdays: 'On weekdays',
  weekly: 'Once a week',
} satisfies Record<Frequency, string>;

const USUAL_PAPERS = [3, 5, 10, 15, 20];
