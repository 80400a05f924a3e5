/** Waits until it is so, as whatever is on its way over loopback arrives. */
export async function waitUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
