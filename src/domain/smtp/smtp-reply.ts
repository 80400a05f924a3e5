import { redactAddresses } from '../text/redact.ts';
import { ACCEPTED_RULE, findReplyRule, type ReplyBlame } from './reply-rules.ts';

/** A reply: `code` such as 250, `enhanced` such as 2.0.0 if present (RFC 3463), and its text. */
export interface SmtpReply {
  code: number;
  enhanced: string | null;
  text: string;
}

export type ReplyClass = 'accepted' | 'retry' | 'refused';

/** What a reply means for the delivery, its address and its domain. */
export interface ReplyClassification {
  replyClass: ReplyClass;
  blames: ReplyBlame;
  /** Whether the address must never be mailed again. */
  shouldSuppress: boolean;
  /** Whether mail to the recipient's domain must be slowed down. */
  slowsDomain: boolean;
  /** The rule that matched, and its source. */
  rule: { name: string; source: string };
}

/**
 * Classifies a reply. Its class depends on the code alone (RFC 5321 §4.2.1); the rules say whom it
 * blames. An address is suppressed only when the reply both blames the recipient and has a code for
 * a missing mailbox: one failed mail is better than a lost subscriber.
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
    shouldSuppress: replyClass === 'refused' && blames === 'recipient' && isMailboxGone,
    slowsDomain: slowsDomain === true || isThrottlingReply(reply),
    rule: { name, source },
  };
}

/** For nearly every reply. */
const ACCEPTED_CLASSIFICATION: ReplyClassification = {
  replyClass: 'accepted',
  blames: ACCEPTED_RULE.blames,
  shouldSuppress: false,
  slowsDomain: false,
  rule: { name: ACCEPTED_RULE.name, source: ACCEPTED_RULE.source },
};

/** A code of an unknown class is neither an acceptance nor a refusal. */
function classifyCode({ code }: SmtpReply): ReplyClass {
  if (code >= 200 && code < 300) return 'accepted';
  return code >= 500 && code < 600 ? 'refused' : 'retry';
}

/** 421 closes the connection (RFC 5321 §3.8); 4.7.x defers by policy (RFC 3463 §3.8). */
function isThrottlingReply({ code, enhanced }: SmtpReply): boolean {
  return code === 421 || (code >= 400 && code < 500 && enhanced?.startsWith('4.7.') === true);
}

/** Enhanced codes of a mailbox that does not exist. Not 5.1.7 and 5.1.8, which blame the sender,
 *  and not 5.7.x, which blames our reputation (RFC 3463 §3.2, §3.8). */
const MAILBOX_GONE_CODES = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1']);

/** Parses `550 5.1.1 No such user`. The texts of several lines (RFC 5321 §4.2.1) are joined by
 *  spaces, and the first enhanced code counts. The code is 0 when there is none. */
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

/** Accepts a missing space after the code, and any text, also with Unicode line separators: to
 *  reject `250OK` would send the message twice. */
function parseReplyLine(line: string): SmtpReply {
  const match = /^(\d{3})(?!\d)[ -]?(?:([245]\.\d{1,3}\.\d{1,3})(?=\s|$))?(.*)$/s.exec(line);
  if (!match) return { code: 0, enhanced: null, text: line };
  const [, code, enhanced, text] = match;
  return { code: Number(code), enhanced: enhanced ?? null, text: (text ?? '').trim() };
}
