/** The input of an SMTP server, read line by line or, after DATA, as a body. */
export interface SmtpInput {
  push(chunk: Buffer): void;
  /** The next line without CRLF, or null when no line is complete. */
  takeLine(): string | null;
  /** The next bytes of the body. `isComplete` after the final dot, where lines follow again. */
  takeBody(): { bytes: Buffer; isComplete: boolean };
}

const DOT = Buffer.from('\r\n.\r\n');

export function createSmtpInput(): SmtpInput {
  let rest: Buffer = Buffer.alloc(0);
  // A body starts as if after a CRLF, so an empty body is a single dot (RFC 5321 §4.1.1.4).
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
        return { bytes, isComplete: true };
      }
      // A chunk may end within the final dot.
      const keep = Math.min(rest.length, DOT.length - 1);
      const bytes = rest.subarray(0, rest.length - keep);
      rest = rest.subarray(rest.length - keep);
      return { bytes, isComplete: false };
    },
  };
}
