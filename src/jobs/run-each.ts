/** Runs the tasks in order, all of them even when one fails, and then throws the first error. */
export async function runEach(...tasks: (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const task of tasks) await task().catch((error) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
