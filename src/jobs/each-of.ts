/** Does one thing after the other, all of them also when one fails: then it throws what the first one threw. */
export async function eachOf(...things: (() => Promise<void>)[]): Promise<void> {
  const problems: unknown[] = [];
  for (const thing of things) await thing().catch((error) => problems.push(error));
  if (problems.length > 0) throw problems[0];
}
