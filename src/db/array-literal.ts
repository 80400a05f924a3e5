/** Numbers as a PostgreSQL array literal. */
export function formatNumberArray(values: readonly number[]): string {
  return `{${values.join(',')}}`;
}

/**
 * Texts as a PostgreSQL array literal (manual, 8.15.6). `pg` would do the same, but element by
 * element, and this runs for every e-mail.
 */
export function formatTextArray(values: readonly (string | null | undefined)[]): string {
  return `{${values.map(quoteElement).join(',')}}`;
}

/** Timestamps as a PostgreSQL array literal. */
export function formatTimestampArray(values: readonly (Date | undefined)[]): string {
  return `{${values.map((value) => (value === undefined ? 'NULL' : value.toISOString())).join(',')}}`;
}

function quoteElement(value: string | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
