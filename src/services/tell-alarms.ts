import { claimNews, putOffNews, recordTold } from '../db/alarms.ts';
import type { Db } from '../db/client.ts';
import { type Incident, newsOf } from '../domain/alarm.ts';
import type { Clock } from '../domain/clock.ts';
import { describeReply, type SendOutcome } from '../domain/outcome.ts';
import { redactAddresses } from '../domain/redact.ts';
import { judgeReply } from '../domain/smtp-reply.ts';
import { composeAlarmMail } from '../mail/alarm-mail.ts';
import type { MessageIds } from '../mail/message-id.ts';
import type { Sender } from '../mail/sender.ts';
import type { MailTemplates } from '../mail/templates.ts';
import type { Mailer } from '../relay/nodemailer-transport.ts';

export interface TellDeps {
  db: Db;
  clock: Clock;
  /** Where to. */
  alertEmail: string;
  /** What sending needs; loaded when there is something to tell. */
  mail: () => Promise<{
    mailer: Mailer;
    templates: MailTemplates;
    sender: Sender;
    messageIds: MessageIds;
  }>;
}

/** What came of the mails. */
export interface Told {
  told: number;
  /** Could not be sent now, each with why. They are tried again, unless they were refused for good. */
  problems: string[];
}

/** How long one process may take over a mail before another one tries, in ms: a slow relay has ten minutes
 *  to take it (RFC 5321 §4.5.3.2.6), and sooner it would be mailed twice. */
const CLAIM_MS = 15 * 60_000;
/** Until a mail that could not be sent is tried again, in ms. */
const RETRY_MS = 5 * 60_000;

/**
 * Mails what is new about incidents to the operator: one mail when one begins and one when it is over,
 * however many processes look, and however often they start. A process that dies between the relay's
 * answer and its record repeats the mail, with the same Message-ID.
 */
export async function tellAlarms(deps: TellDeps): Promise<Told> {
  const { db, clock } = deps;
  const all: Told = { told: 0, problems: [] };
  for (;;) {
    const now = clock();
    const incident = await claimNews(db, now, new Date(now.getTime() + CLAIM_MS));
    if (incident === null) return all;
    const result = await tell(deps, incident);
    if (result === 'told') all.told += 1;
    else if (result !== 'nothing') all.problems.push(result.problem);
  }
}

async function tell(
  { db, clock, alertEmail, mail }: TellDeps,
  incident: Incident,
): Promise<'told' | 'nothing' | { problem: string }> {
  const now = clock();
  const news = newsOf(incident, now);
  if (news === null) {
    await putOffNews(db, incident.id, null);
    return 'nothing';
  }
  const { mailer, templates, sender, messageIds } = await mail();
  const { outcome } = await mailer.sendMail(
    composeAlarmMail(templates, sender, { incident, news, to: alertEmail, messageIds }),
  );
  const { verdict, problem } = judge(outcome);
  if (verdict === 'accepted') {
    await recordTold(db, incident.id, news, now);
    return 'told';
  }
  const isFinal = verdict === 'refused';
  await putOffNews(db, incident.id, isFinal ? null : new Date(now.getTime() + RETRY_MS));
  const fate = isFinal ? ' and is given up' : '';
  return { problem: `The mail about an alarm could not be sent${fate}: ${problem}` };
}

function judge(outcome: SendOutcome) {
  if (outcome.kind === 'answered')
    return {
      verdict: judgeReply(outcome.reply).verdict,
      problem: redactAddresses(describeReply(outcome.reply)),
    };
  const verdict = outcome.kind === 'unfit' ? ('refused' as const) : ('retry' as const);
  return { verdict, problem: redactAddresses(outcome.problem) };
}
