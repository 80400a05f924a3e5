import { redactAddresses } from '../text/redact.ts';
import { ACCEPTED_RULE, findReplyRule, type ReplyBlame } from './reply-rules.ts';

/** What a relay answered: `code` 250, `enhanced` 2.0.0 when given (RFC 3463), and its text. */
export interface SmtpReply {
  code: number;
  enhanced: string | null;
  text: string;
}

export type ReplyClass = 'accepted' | 'retry' | 'refused';

/** What a reply means for a delivery, for its address and for the pace. */
export interface ReplyClassification {
  replyClass: ReplyClass;
  blames: ReplyBlame;
  /** The address must never be mailed again. */
  shouldSuppress: boolean;
  /** The recipient's domain is to be mailed more slowly. */
  slowsDomain: boolean;
  /** Why, and where that is written. */
  rule: { name: string; source: string };
}

/**
 * What a reply means. The class of its code alone decides the verdict (RFC 5321 §4.2.1); the rules
 * say whom it blames. To suppress, a refusal must have a code for it and blame the reader: better
 * one failed mail than a lost reader.
 */
export function classifyReply(reply: SmtpReply): ReplyClassification {
  if (classifyCode(reply) === 'accepted') return ACCEPTED_CLASSIFICATION;
  const { name, source, blames, slowsDomain } = findReplyRule({
    ...reply,
    text: redactAddresses(reply.text),
  });
  const replyClass = classifyCode(reply);
  const isMailboxGone = reply.enhanced !== null && MAILBOX_GONE_CODES.has(reply.enhanced);
  return {
    replyClass,
    blames,
    shouldSuppress: replyClass === 'refused' && blames === 'reader' && isMailboxGone,
    slowsDomain: slowsDomain === true || isThrottlingReply(reply),
    rule: { name, source },
  };
}

/** Nearly every reply. */
const ACCEPTED_CLASSIFICATION: ReplyClassification = {
  replyClass: 'accepted',
  blames: ACCEPTED_RULE.blames,
  shouldSuppress: false,
  slowsDomain: false,
  rule: { name: ACCEPTED_RULE.name, source: ACCEPTED_RULE.source },
};

/** An unknown class is no acceptance and no refusal. */
function classifyCode({ code }: SmtpReply): ReplyClass {
  if (code >= 200 && code < 300) return 'accepted';
  return code >= 500 && code < 600 ? 'refused' : 'retry';
}

/** 421 closes the connection (RFC 5321 §3.8); 4.7.x puts off by policy (RFC 3463 §3.8). */
function isThrottlingReply({ code, enhanced }: SmtpReply): boolean {
  return code === 421 || (code >= 400 && code < 500 && enhanced?.startsWith('4.7.') === true);
}

/** Enhanced codes that say the mailbox is gone for good. 5.1.7 and 5.1.8 blame the sender and
 *  5.7.x our reputation (RFC 3463 §3.2, §3.8), so they are not here. */
const MAILBOX_GONE_CODES = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1']);

/** Reads `550 5.1.1 No such user`; of several lines (RFC 5321 §4.2.1) the text is joined by spaces
 *  and the first enhanced code counts. The code is 0 when there is none. */
export function parseSmtpReply(response: string): SmtpReply {
  if (!LINE_END.test(response)) return parseReplyLine(response.trim());
  const lines = response
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(parseReplyLine);
  return {
    code: lines[0]?.code ?? 0,
    enhanced: lines.find(({ enhanced }) => enhanced !== null)?.enhanced ?? null,
    text: lines
      .map(({ text }) => text)
      .filter((text) => text !== '')
      .join(' '),
  };
}

const LINE_END = /[\r\n]/;

/** A missing blank after the code is passed over: to take `250OK` for no acceptance would send
 *  twice. */
function parseReplyLine(line: string): SmtpReply {
  const match = /^(\d{3})(?!\d)[ -]?(?:([245]\.\d{1,3}\.\d{1,3})(?=\s|$))?(.*)$/.exec(line);
  if (!match) return { code: 0, enhanced: null, text: line };
  const [, code, enhanced, text] = match;
  return { code: Number(code), enhanced: enhanced ?? null, text: (text ?? '').trim() };
}
