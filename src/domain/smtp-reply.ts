/** What a relay answered: `code` 250, `enhanced` 2.0.0 when given (RFC 3463), and its text. */
export interface SmtpReply {
  code: number;
  enhanced: string | null;
  text: string;
}

export type Verdict = 'accepted' | 'retry' | 'refused';

/** What a reply means for the delivery (RFC 5321 §4.2.1). An unknown class is no acceptance and
 *  no refusal: better one more try than a lost reader. */
export function judgeReply(reply: SmtpReply): Verdict {
  if (reply.code >= 200 && reply.code < 300) return 'accepted';
  if (reply.code >= 500 && reply.code < 600) return 'refused';
  return 'retry';
}

/** Whether the reply asks for fewer mails at a time: 421 (RFC 5321 §3.8) and 4.7.x (RFC 3463 §3.8). */
export function asksForPatience(reply: SmtpReply): boolean {
  return (
    reply.code === 421 || (judgeReply(reply) === 'retry' && /^4\.7\./.test(reply.enhanced ?? ''))
  );
}

/** Enhanced codes that say the mailbox is gone for good. 5.1.7 and 5.1.8 blame the sender and
 *  5.7.x our reputation (RFC 3463 §3.2, §3.8), so they are not here. */
const NO_SUCH_READER = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1']);

/** Whether a refusal means that the address must never be mailed again. */
export function isGoneForGood(reply: SmtpReply): boolean {
  return (
    judgeReply(reply) === 'refused' && reply.enhanced !== null && NO_SUCH_READER.has(reply.enhanced)
  );
}

/** Reads `550 5.1.1 No such user`; of several lines (RFC 5321 §4.2.1) the text is joined by spaces
 *  and the first enhanced code counts. The code is 0 when there is none. */
export function parseReply(response: string): SmtpReply {
  const lines = response
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(readLine);
  return {
    code: lines[0]?.code ?? 0,
    enhanced: lines.find(({ enhanced }) => enhanced !== null)?.enhanced ?? null,
    text: lines
      .map(({ text }) => text)
      .filter((text) => text !== '')
      .join(' '),
  };
}

/** A missing blank after the code is passed over: to take `250OK` for no acceptance would send twice. */
function readLine(line: string): SmtpReply {
  const match = /^(\d{3})(?!\d)[ -]?(?:([245]\.\d{1,3}\.\d{1,3})(?=\s|$))?(.*)$/.exec(line);
  if (!match) return { code: 0, enhanced: null, text: line };
  const [, code, enhanced, text] = match;
  return { code: Number(code), enhanced: enhanced ?? null, text: (text ?? '').trim() };
}
