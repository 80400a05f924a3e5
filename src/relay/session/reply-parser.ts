/** A reply of a relay. `text` is all its lines, each with the code, separated by line feeds. */
export interface RawSmtpReply {
  code: number;
  text: string;
}

/** Whether the command succeeded: 2yz (RFC 5321 §4.2.1). */
export function isPositiveCompletion({ code }: Pick<RawSmtpReply, 'code'>): boolean {
  return code >= 200 && code < 300;
}

/** A reply as one line for an error message, at most 300 characters. */
export function flattenReply({ text }: RawSmtpReply): string {
  return text.replaceAll('\n', ' ').slice(0, 300);
}

/** Parses replies out of a stream of bytes. */
interface ReplyParser {
  /** Calls `onReply` for each reply that `chunk` completes. The caller may reuse `chunk`
   *  afterwards. */
  feed(chunk: Buffer): void;
  /** No further callbacks. */
  stop(): void;
}

/** RFC 5321 §4.5.3.1.5 allows 512; some relays send more. */
const MAX_LINE_BYTES = 4_096;
const MAX_LINES = 128;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const EMPTY_BUFFER = Buffer.alloc(0);

/**
 * A parser of replies of one or several lines (RFC 5321 §4.2.1), however the bytes are divided. A
 * missing space after the code is accepted: to reject `250OK` would send the message twice.
 * `isFollowed`: more bytes came together with the reply. `onMalformed` gets the line that is not a
 * reply, printable and shortened; it is the last callback.
 */
export function createReplyParser({
  onReply,
  onMalformed,
}: {
  onReply: (reply: RawSmtpReply, isFollowed: boolean) => void;
  onMalformed: (line: string) => void;
}): ReplyParser {
  let unparsed: Buffer = EMPTY_BUFFER;
  let lines: string[] = [];
  let isStopped = false;

  const rejectMalformed = (line: string) => {
    isStopped = true;
    onMalformed(line.slice(0, 100));
  };

  const readLine = (line: string, isFollowed: boolean) => {
    if (lines.length === 0 && WHOLE_REPLY.test(line)) {
      return onReply({ code: Number(line.slice(0, 3)), text: line }, isFollowed);
    }
    const match = REPLY_LINE.exec(line);
    const hasSameCode = lines.length === 0 || lines[0]?.startsWith(line.slice(0, 3));
    if (!match || !hasSameCode || lines.length === MAX_LINES) return rejectMalformed(line);
    lines.push(line);
    if (match[2] === '-') return;
    const text = lines.length === 1 ? line : lines.join('\n');
    lines = [];
    onReply({ code: Number(match[1]), text }, isFollowed);
  };

  return {
    feed: (chunk) => {
      const bytes = unparsed.length === 0 ? chunk : Buffer.concat([unparsed, chunk]);
      let start = 0;
      let end = bytes.indexOf(LINE_FEED);
      while (end !== -1 && !isStopped) {
        const last = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
        if (last - start > MAX_LINE_BYTES)
          return rejectMalformed(decodePrintable(bytes, start, start + MAX_LINE_BYTES));
        readLine(decodePrintable(bytes, start, last), end + 1 < bytes.length);
        start = end + 1;
        end = bytes.indexOf(LINE_FEED, start);
      }
      unparsed = start === bytes.length ? EMPTY_BUFFER : Buffer.from(bytes.subarray(start));
      if (unparsed.length > MAX_LINE_BYTES && !isStopped)
        rejectMalformed(decodePrintable(unparsed, 0, MAX_LINE_BYTES));
    },
    stop: () => {
      isStopped = true;
    },
  };
}

/** Replies may contain any bytes; PostgreSQL stores no NUL. */
function decodePrintable(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return PRINTABLE_ASCII.test(text) ? text : text.replace(UNPRINTABLE, '\ufffd');
}

/** Matches nearly every line. */
const WHOLE_REPLY = /^[2-5]\d\d /;
const REPLY_LINE = /^([2-5]\d\d)(?!\d)(-?)/;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** Controls and line separators, except the tab. */
const UNPRINTABLE = /[^\P{C}\t]|[\p{Zl}\p{Zp}]/gu;
