/** A mail ready for a relay. */
export interface Message {
  envelope: { from: string; to: string };
  /** One behind the other the pieces are the message, with CRLF lines and not dot-stuffed. Readers
   *  share most of them, so nobody may write into one. */
  content: readonly Buffer[];
  /** No line begins with a dot and every line ends in CRLF: nothing need be stuffed on the way. */
  isDotSafe: boolean;
}

/** The whole of a message as one buffer. */
export function wholeMessage({ content }: Pick<Message, 'content'>): Buffer {
  const [only] = content;
  return only !== undefined && content.length === 1 ? only : Buffer.concat(content);
}

/** Length of a message in bytes, as SIZE counts it: before dot-stuffing (RFC 1870 §5). */
export function messageLength({ content }: Pick<Message, 'content'>): number {
  let length = 0;
  for (const piece of content) length += piece.length;
  return length;
}
