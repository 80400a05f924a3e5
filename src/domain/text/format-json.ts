/** `value` as JSON for a message, or a phrase if it is nested too deeply to be written. */
export function formatJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'nested without end';
  }
}
