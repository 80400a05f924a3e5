import type { PreferenceAnswers } from '../domain/preferences.ts';

/** The fields of a form as they come: each a text, several of one name a list. */
export type FormBody = Record<string, string | string[] | undefined>;

/** A form's body, whatever was sent. */
export function formOf(body: unknown): FormBody {
  return typeof body === 'object' && body !== null ? (body as FormBody) : {};
}

/** The last text of a field, or empty. */
export function textOf(form: FormBody, name: string): string {
  const value = form[name];
  return (Array.isArray(value) ? value.at(-1) : value) ?? '';
}

/** The preference fields of a form. No ticked topic means none; a field that the form lacks is absent. */
export function answersOf(form: FormBody): PreferenceAnswers {
  const listed = form.topics ?? [];
  return {
    topics: Array.isArray(listed) ? listed : [listed],
    ...(form.keywords !== undefined && { keywords: textOf(form, 'keywords').split(/[\r\n]+/) }),
    ...(form.frequency !== undefined && { frequency: textOf(form, 'frequency') }),
    ...(form.timezone !== undefined && { timezone: textOf(form, 'timezone') }),
    ...(form.hour !== undefined && { hour: textOf(form, 'hour') }),
    ...(form.papers !== undefined && { papers: textOf(form, 'papers') }),
  };
}
