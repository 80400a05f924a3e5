import type { PreferenceAnswers } from '../domain/preferences.ts';
import { findTimezone } from '../domain/schedule.ts';
import { FREQUENCIES, PREFERENCE_LIMITS, type Preferences } from '../domain/subscriber.ts';

/** The fields of a form as they come: each a text, several of one name a list. */
export type FormBody = Record<string, string | string[] | undefined>;

/** A form's body, whatever was sent: what is no text is left out. */
export function formOf(body: unknown): FormBody {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => [value].flat().every(isText)),
  );
}

/** The last text of a field, or empty. */
export function textOf(form: FormBody, name: string): string {
  const value = form[name];
  return (Array.isArray(value) ? value.at(-1) : value) ?? '';
}

/** Every text of a field. */
export function listOf(form: FormBody, name: string): string[] {
  return [form[name] ?? []].flat();
}

/** The fields of the coupon. No ticked topic means none; a field that the form lacks is absent. */
export function answersOf(form: FormBody): PreferenceAnswers {
  return {
    topics: listOf(form, 'topics'),
    ...(form.frequency !== undefined && { frequency: textOf(form, 'frequency') }),
    ...(form.timezone !== undefined && { timezone: textOf(form, 'timezone') }),
    ...(form.hour !== undefined && { hour: textOf(form, 'hour') }),
    ...(form.papers !== undefined && { papers: textOf(form, 'papers') }),
  };
}

/** What was typed, as far as the fields can show it again. */
export function typedPreferences(form: FormBody): Partial<Preferences> {
  const typed = {
    topics: listOf(form, 'topics'),
    frequency: FREQUENCIES.find((value) => value === textOf(form, 'frequency')),
    timezone: findTimezone(textOf(form, 'timezone')) ?? undefined,
    hour: numberWithin(PREFERENCE_LIMITS.hour, textOf(form, 'hour')),
    papers: numberWithin(PREFERENCE_LIMITS.papers, textOf(form, 'papers')),
  };
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
}

/** The number that a text says, undefined when it is none within the bounds. */
export function numberWithin({ min, max }: { min: number; max: number }, text: string) {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
