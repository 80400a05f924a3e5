import { formatHour, formatQuantity } from '../../copy/en/format.ts';
import { PREFERENCES_COPY } from '../../copy/en/pages/preferences.ts';
import { FREQUENCIES, type Frequency } from '../../domain/subscribers/subscriber.ts';
import type { FieldName, FieldProblems } from '../pages/views.ts';

/** One option of a select or of a group of radio buttons. */
export interface FieldOption {
  value: string;
  text: string;
  isChosen: boolean;
}

/** `00:00` to `23:00`. */
export function listHourOptions(chosen: number): FieldOption[] {
  return Array.from({ length: 24 }, (_, hour) => ({
    value: String(hour),
    text: formatHour(hour),
    isChosen: hour === chosen,
  }));
}

/** Daily, weekdays, weekly. */
export function listFrequencyOptions(chosen: Frequency): FieldOption[] {
  return FREQUENCIES.map((frequency) => ({
    value: frequency,
    text: PREFERENCES_COPY.when.frequencies[frequency],
    isChosen: frequency === chosen,
  }));
}

/** The usual numbers of papers, and the chosen one if it is another. */
export function listPaperCountOptions(chosen: number): FieldOption[] {
  const counts = [...new Set([...USUAL_PAPERS, chosen])].sort((a, b) => a - b);
  return counts.map((count) => ({
    value: String(count),
    text: formatQuantity(count, 'paper'),
    isChosen: count === chosen,
  }));
}

/** IANA names, including the chosen one even if this machine lacks it. */
export function listTimezoneOptions(
  timezones: readonly string[],
  chosen: string,
): TimezoneOption[] {
  const names = timezones.includes(chosen) ? timezones : [chosen, ...timezones];
  return names.map((name) => ({ name, isChosen: name === chosen }));
}

/** A zone's name is both value and text: 400 of them written twice would make the page large. */
interface TimezoneOption {
  name: string;
  isChosen: boolean;
}

/** The problem of each field, or null. */
export function mapProblemsByField(problems: FieldProblems): Record<FieldName, string | null> {
  return {
    email: problems.email ?? null,
    topics: problems.topics ?? null,
    topicsOnly: problems.topicsOnly ?? null,
    showsSummaries: problems.showsSummaries ?? null,
    keywords: problems.keywords ?? null,
    frequency: problems.frequency ?? null,
    timezone: problems.timezone ?? null,
    hour: problems.hour ?? null,
    papers: problems.papers ?? null,
    names: problems.names ?? null,
    mutedTopics: problems.mutedTopics ?? null,
    minutes: problems.minutes ?? null,
    relevanceThreshold: problems.relevanceThreshold ?? null,
    allowsClicks: problems.allowsClicks ?? null,
    pausedUntil: problems.pausedUntil ?? null,
  };
}

const USUAL_PAPERS = [3, 5, 10, 15, 20];
