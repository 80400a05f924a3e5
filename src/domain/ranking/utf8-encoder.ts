/** Most bytes of UTF-8 per UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

/** Encodes a text. The next call overwrites the returned bytes. */
type Utf8Encoder = (text: string) => Uint8Array;

/** Creates an encoder that reuses its buffer. Scanning bytes is faster than scanning the characters
 *  of a string. */
export function createUtf8Encoder(): Utf8Encoder {
  const encoder = new TextEncoder();
  let buffer = new Uint8Array(0);
  return (text) => {
    const maxBytes = MAX_BYTES_PER_UNIT * text.length;
    if (buffer.length < maxBytes) buffer = new Uint8Array(2 * maxBytes);
    return buffer.subarray(0, encoder.encodeInto(text, buffer).written);
  };
}
