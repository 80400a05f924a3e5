/** What a client sends to an SMTP server, taken line by line or, after DATA, as a body. */
export interface SmtpInput {
  push(chunk: Buffer): void;
  /** The next line without its end, or null when none is whole. */
  takeLine(): string | null;
  /** What has come of the body. `isWhole` with the final dot, after which lines follow again. */
  takeBody(): { bytes: Buffer; isWhole: boolean };
}

const DOT = Buffer.from('\r\n.\r\n');

export function createSmtpInput(): SmtpInput {
  let rest: Buffer = Buffer.alloc(0);
  // The body begins as if after a line end: an empty one is a dot alone (RFC 5321 §4.1.1.4).
  let isInBody = false;
  return {
    push: (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    },
    takeLine: () => {
      const end = rest.indexOf('\r\n');
      if (end === -1) return null;
      const line = rest.toString('latin1', 0, end);
      rest = rest.subarray(end + 2);
      return line;
    },
    takeBody: () => {
      if (!isInBody) {
        isInBody = true;
        rest = Buffer.concat([Buffer.from('\r\n'), rest]);
      }
      const end = rest.indexOf(DOT);
      if (end !== -1) {
        const bytes = rest.subarray(0, end + 2);
        rest = rest.subarray(end + DOT.length);
        isInBody = false;
        return { bytes, isWhole: true };
      }
      // The dot may be cut by the end of a chunk.
      const keep = Math.min(rest.length, DOT.length - 1);
      const bytes = rest.subarray(0, rest.length - keep);
      rest = rest.subarray(rest.length - keep);
      return { bytes, isWhole: false };
    },
  };
}
