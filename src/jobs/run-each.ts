/** Does one thing after the other, all of them also when one fails: then it throws what the first one threw. */
export async function runEach(...tasks: (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const task of tasks) await task().catch((error) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
