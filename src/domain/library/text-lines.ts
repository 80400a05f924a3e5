/** Most lines that are read: a file of nothing but line ends must not cost time. */
const MAX_LINES = 50_000;

/** The first lines of a text, whatever ends them. */
export function* iterateLines(text: string): Generator<string> {
  let start = 0;
  let count = 0;
  for (const { index, 0: ending } of text.matchAll(/\r\n?|\n/g)) {
    yield text.slice(start, index);
    start = index + ending.length;
    count += 1;
    if (count === MAX_LINES) return;
  }
  yield text.slice(start);
}
