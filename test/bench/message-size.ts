/** The benchmark sends messages of at least this many bytes. */
export const MIN_MESSAGE_BYTES = 24 * 1024;

/** @throws Error when messages are too small to compare with other benchmarks. */
export function checkMessageBytes(bytes: number): void {
  if (bytes >= MIN_MESSAGE_BYTES) return;
  throw new Error(
    `Messages have ${Math.round(bytes)} bytes on average: expected ${MIN_MESSAGE_BYTES} or more. Give the subscribers of test/bench/subscribers/subscribers.ts more papers.`,
  );
}
