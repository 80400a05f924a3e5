import {
  claimAlertNotification,
  postponeAlertNotification,
  recordAlertNotification,
} from '../../db/alerts/alerts.ts';
import type { Db } from '../../db/client.ts';
import { decideNotification, type Incident } from '../../domain/alerts/alert.ts';
import { concludeAttempt } from '../../domain/deliveries/outcome.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import { composeAlertEmail } from '../../mail/alerts/alert-email.ts';
import type { MessageIds } from '../../mail/encoding/message-id.ts';
import type { MailTemplates } from '../../mail/templates/mail-templates.ts';
import type { Sender } from '../../mail/templates/sender.ts';
import type { Mailer } from '../../relay/nodemailer-transport.ts';

export interface NotifyDeps {
  db: Db;
  clock: Clock;
  /** The operator's address. */
  alertEmail: string;
  /** What sending needs; loaded once there is something to send. */
  mail: () => Promise<{
    mailer: Mailer;
    templates: MailTemplates;
    sender: Sender;
    messageIds: MessageIds;
  }>;
}

/** The outcome of the e-mails. */
interface NotifyResult {
  notified: number;
  /** Why e-mails could not be sent. They are tried again, unless they were rejected permanently. */
  problems: string[];
}

/** How long one process may take over an e-mail before another one tries, in ms. A slow relay
 *  has ten minutes to accept it (RFC 5321 §4.5.3.2.6); a shorter claim would send it twice. */
const CLAIM_MS = 15 * MINUTE_MS;
/** Delay before an e-mail that could not be sent is tried again, in ms. */
const RETRY_MS = 5 * MINUTE_MS;

/**
 * Mails the operator about incidents: once when one begins and once when it ends, however many
 * processes run and however often they restart. A process that dies between the relay's reply and
 * recording it sends the e-mail again, with the same Message-ID. One that stops leaves the e-mails
 * to the others.
 */
export async function notifyOperator(deps: NotifyDeps): Promise<NotifyResult> {
  const { db, clock } = deps;
  const summary: NotifyResult = { notified: 0, problems: [] };
  for (;;) {
    const now = clock();
    const incident = await claimAlertNotification(db, now, new Date(now.getTime() + CLAIM_MS));
    if (incident === null) return summary;
    const result = await notifyAbout(deps, incident);
    if (result === 'cancelled') return summary;
    if (result === 'sent') summary.notified += 1;
    else if (result !== 'nothing') summary.problems.push(result.problem);
  }
}

async function notifyAbout(
  { db, clock, alertEmail, mail }: NotifyDeps,
  incident: Incident,
): Promise<'sent' | 'nothing' | 'cancelled' | { problem: string }> {
  const now = clock();
  const notification = decideNotification(incident, now);
  if (notification === null) {
    await postponeAlertNotification(db, incident.id, null);
    return 'nothing';
  }
  const { mailer, templates, sender, messageIds } = await mail();
  const { links } = sender;
  // The e-mail is about the status page: another process, which serves that, sends it.
  if (links === null) return 'nothing';
  const { outcome } = await mailer.sendMail(
    composeAlertEmail(
      templates,
      { ...sender, links },
      {
        incident,
        notification,
        to: alertEmail,
        messageIds,
      },
    ),
  );
  const { status, text: problem } = concludeAttempt(outcome);
  if (status === 'sent') {
    await recordAlertNotification(db, incident.id, notification, now);
    return 'sent';
  }
  if (status === 'pending') {
    await postponeAlertNotification(db, incident.id, now);
    return 'cancelled';
  }
  const isFinal = status === 'failed';
  await postponeAlertNotification(
    db,
    incident.id,
    isFinal ? null : new Date(now.getTime() + RETRY_MS),
  );
  const fate = isFinal ? ' and is not retried' : '';
  return { problem: `The e-mail about an alert could not be sent${fate}: ${problem}` };
}
