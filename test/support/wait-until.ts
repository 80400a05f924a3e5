/** Waits until the condition holds, while events on sockets are handled. */
export async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}
