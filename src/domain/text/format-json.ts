/** `value` as JSON, for a message; what is nested so deep that it cannot be written, in words. */
export function formatJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'nested without end';
  }
}
