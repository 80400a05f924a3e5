/** Returns the result of `work`, and calls `onDone` with its duration in seconds even if it
 *  fails. */
export async function measureDuration<Value>(
  work: () => Promise<Value>,
  onDone: (seconds: number) => void,
): Promise<Value> {
  const startedAt = performance.now();
  try {
    return await work();
  } finally {
    onDone((performance.now() - startedAt) / 1000);
  }
}
