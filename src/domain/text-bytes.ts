/** UTF-16 units become at most so many bytes of UTF-8. */
const MOST_FOR_ONE = 3;

/** A text as UTF-8. The next call writes over it. */
export type TextBytes = (text: string) => Uint8Array;

/** To look at each byte of a long text is quicker than at each character of a string, and one memory serves
 *  for one text after the other. */
export function createTextBytes(): TextBytes {
  const encoder = new TextEncoder();
  let memory = new Uint8Array(0);
  return (text) => {
    const most = MOST_FOR_ONE * text.length;
    if (memory.length < most) memory = new Uint8Array(2 * most);
    return memory.subarray(0, encoder.encodeInto(text, memory).written);
  };
}
