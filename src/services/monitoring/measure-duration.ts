/** What `work` gives; `onDone` is told how long it took, in seconds, also when it failed. */
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
