/** UTF-16 units become at most so many bytes of UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** A text as UTF-8. The next call writes over it. */
export type Utf8Encoder = (text: string) => Uint8Array;

/** To look at each byte of a long text is quicker than at each character of a string, and one memory serves
 *  for one text after the other. */
export function createUtf8Encoder(): Utf8Encoder {
  const encoder = new TextEncoder();
  let buffer = new Uint8Array(0);
  return (text) => {
    const maxBytes = MAX_BYTES_PER_UNIT * text.length;
    if (buffer.length < maxBytes) buffer = new Uint8Array(2 * maxBytes);
    return buffer.subarray(0, encoder.encodeInto(text, buffer).written);
  };
}
