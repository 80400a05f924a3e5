import type { PreferenceInput } from '../domain/subscribers/preferences.ts';
import {
  FREQUENCIES,
  PREFERENCE_LIMITS,
  type Preferences,
} from '../domain/subscribers/subscriber.ts';
import { findTimezone } from '../domain/time/schedule.ts';

/** The fields of a submitted form. Several fields of one name are a list. */
export type FormBody = Record<string, string | string[] | undefined>;

/** Reads a request body as a form. Leaves out what is not text. */
export function readFormBody(body: unknown): FormBody {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => [value].flat().every(isString)),
  );
}

/** The last value of a field, or an empty text. */
export function readFieldText(form: FormBody, name: string): string {
  const value = form[name];
  return (Array.isArray(value) ? value.at(-1) : value) ?? '';
}

/** All values of a field. */
export function readFieldTexts(form: FormBody, name: string): string[] {
  return [form[name] ?? []].flat();
}

/** The input of the sign-up form. No ticked topic means no topics; an absent field stays absent. */
export function readSignUpInput(form: FormBody): PreferenceInput {
  return {
    topics: readFieldTexts(form, 'topics'),
    ...(form.frequency !== undefined && { frequency: readFieldText(form, 'frequency') }),
    ...(form.timezone !== undefined && { timezone: readFieldText(form, 'timezone') }),
    ...(form.hour !== undefined && { hour: readFieldText(form, 'hour') }),
    ...(form.papers !== undefined && { papers: readFieldText(form, 'papers') }),
  };
}

/** The submitted values that the form's fields can show again. */
export function readTypedPreferences(form: FormBody): Partial<Preferences> {
  const typed = {
    topics: readFieldTexts(form, 'topics'),
    frequency: FREQUENCIES.find((value) => value === readFieldText(form, 'frequency')),
    timezone: findTimezone(readFieldText(form, 'timezone')) ?? undefined,
    hour: parseNumberWithin(PREFERENCE_LIMITS.hour, readFieldText(form, 'hour')),
    papers: parseNumberWithin(PREFERENCE_LIMITS.papers, readFieldText(form, 'papers')),
  };
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
}

/** The number in a text; undefined when it is not a number within the bounds. */
export function parseNumberWithin({ min, max }: { min: number; max: number }, text: string) {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
