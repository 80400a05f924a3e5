/** Waits until it is so, as whatever is on its way over loopback arrives. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
