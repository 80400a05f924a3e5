/** Numbers as Postgres reads an array of them. */
export function formatNumberArray(values: readonly number[]): string {
  return `{${values.join(',')}}`;
}

/** Texts as Postgres reads an array of them (manual, 8.15.6). The client would do the same, element by
 *  element; this is on the way of every mail. */
export function formatTextArray(values: readonly (string | null | undefined)[]): string {
  return `{${values.map(quoteElement).join(',')}}`;
}

/** Moments as Postgres reads an array of them. */
export function formatTimestampArray(values: readonly (Date | undefined)[]): string {
  return `{${values.map((value) => (value === undefined ? 'NULL' : value.toISOString())).join(',')}}`;
}

function quoteElement(value: string | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
