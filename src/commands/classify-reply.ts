import type { CommandIo } from '../control/io.ts';
import { formatReply } from '../domain/deliveries/outcome.ts';
import { PaperboyError } from '../domain/errors.ts';
import type { ReplyBlame } from '../domain/smtp/reply-rules.ts';
import {
  classifyReply,
  parseSmtpReply,
  type ReplyClass,
  type ReplyClassification,
  type SmtpReply,
} from '../domain/smtp/smtp-reply.ts';
import { printJson, printLine } from './output.ts';

/**
 * Prints what Paperboy does after a reply, and why.
 * @throws PaperboyError `NOT_A_REPLY`.
 */
export async function printReplyClassification(
  io: CommandIo,
  text: string,
  { json = false }: { json?: boolean },
): Promise<void> {
  const reply = parseReplyOption(text);
  const classification = classifyReply(reply);
  if (json) return printJson(io, classificationToJson(reply, classification));
  for (const line of formatClassification(reply, classification)) await printLine(io, line);
}

function parseReplyOption(text: string): SmtpReply {
  const reply = parseSmtpReply(text);
  if (reply.code >= 200 && reply.code < 600) return reply;
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  throw new PaperboyError(
    'NOT_A_REPLY',
    `“${shown.replace(/\p{Cc}+/gu, ' ')}” is not a reply of a mail server: expected a code from 200 to 599 and its text, such as “550 5.1.1 No such user” (RFC 5321 §4.2).`,
  );
}

function classificationToJson(reply: SmtpReply, classification: ReplyClassification) {
  const { replyClass, blames, shouldSuppress, slowsDomain, rule } = classification;
  return {
    reply: formatReply(reply),
    code: reply.code,
    enhanced: reply.enhanced,
    reply_class: replyClass,
    blames,
    suppresses: shouldSuppress,
    slows_domain: slowsDomain,
    rule,
  };
}

function formatClassification(
  reply: SmtpReply,
  { replyClass, blames, shouldSuppress, slowsDomain, rule }: ReplyClassification,
): string[] {
  return [
    formatReply(reply),
    `class    ${replyClass}: ${CLASS_DESCRIPTIONS[replyClass]}`,
    `blames   ${blames}: ${BLAME_DESCRIPTIONS[blames]}`,
    `address  ${shouldSuppress ? 'suppressed: never emailed again' : 'kept: it gets the next digest'}`,
    `domain   ${slowsDomain ? 'slowed: email to it is sent more slowly' : 'emailed as before'}`,
    `rule     ${rule.name} (${rule.source})`,
  ];
}

const CLASS_DESCRIPTIONS = {
  accepted: 'the delivery is sent',
  retry: 'the delivery is deferred, and attempted again until the reader’s next digest is due',
  refused: 'the delivery has failed, and is not attempted again',
} satisfies Record<ReplyClass, string>;

const BLAME_DESCRIPTIONS = {
  recipient: 'the address, or its mailbox',
  message: 'the content or the size of the email',
  sender: 'the reputation, the authentication or the rate of our email',
  relay: 'the relay of SMTP_URL, or how we use it',
  receiver: 'the receiving server, or the route to it',
  nobody: 'the reply names no fault',
} satisfies Record<ReplyBlame, string>;
