/** A mail ready for a relay: CRLF lines, not dot-stuffed. */
export interface Message {
  envelope: { from: string; to: string };
  raw: Buffer;
}
