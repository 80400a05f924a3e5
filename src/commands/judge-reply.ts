import type { CommandIo } from '../control/io.ts';
import { PaperboyError } from '../domain/errors.ts';
import { describeReply } from '../domain/outcome.ts';
import type { Blame } from '../domain/reply-rules.ts';
import {
  type Judgement,
  judgeReply,
  parseReply,
  type SmtpReply,
  type Verdict,
} from '../domain/smtp-reply.ts';
import { say, sayJson } from './output.ts';

/**
 * Tells what Paperboy would do with a reply, and why.
 * @throws PaperboyError `NOT_A_REPLY`.
 */
export async function sayJudgement(
  io: CommandIo,
  text: string,
  { json = false }: { json?: boolean },
): Promise<void> {
  const reply = readReply(text);
  const judgement = judgeReply(reply);
  if (json) return sayJson(io, answerOf(reply, judgement));
  for (const line of linesOf(reply, judgement)) await say(io, line);
}

function readReply(text: string): SmtpReply {
  const reply = parseReply(text);
  if (reply.code >= 200 && reply.code < 600) return reply;
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  throw new PaperboyError(
    'NOT_A_REPLY',
    `“${shown.replace(/\p{Cc}+/gu, ' ')}” is no reply of a mail server: expected a code from 200 to 599 and its text, such as “550 5.1.1 No such user” (RFC 5321 §4.2).`,
  );
}

function answerOf(reply: SmtpReply, judgement: Judgement) {
  const { verdict, blames, suppresses, slowsDomain, rule } = judgement;
  return {
    reply: describeReply(reply),
    code: reply.code,
    enhanced: reply.enhanced,
    verdict,
    blames,
    suppresses,
    slows_domain: slowsDomain,
    rule,
  };
}

function linesOf(
  reply: SmtpReply,
  { verdict, blames, suppresses, slowsDomain, rule }: Judgement,
): string[] {
  return [
    describeReply(reply),
    `verdict  ${verdict}: ${VERDICTS[verdict]}`,
    `blames   ${blames}: ${BLAMES[blames]}`,
    `address  ${suppresses ? 'suppressed: never mailed again' : 'kept: the next digest goes to it'}`,
    `domain   ${slowsDomain ? 'slowed: its readers are mailed more slowly' : 'mailed as before'}`,
    `rule     ${rule.name} (${rule.source})`,
  ];
}

const VERDICTS = {
  accepted: 'the delivery is sent',
  retry: 'the delivery is deferred, and tried again until the reader’s next digest is due',
  refused: 'the delivery has failed, and is not tried again',
} satisfies Record<Verdict, string>;

const BLAMES = {
  reader: 'the address, or its mailbox',
  message: 'what the mail holds, or its size',
  sender: 'the reputation, the authentication or the rate of our mail',
  relay: 'the relay of SMTP_URL, or how we use it',
  receiver: 'the server that receives, or the way to it',
  nobody: 'it names no fault',
} satisfies Record<Blame, string>;
