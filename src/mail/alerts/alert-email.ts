import type { SendMailOptions } from 'nodemailer';
import { ALERT_EMAIL_COPY } from '../../copy/en/emails/alerts.ts';
import type { SingleEmailCopy } from '../../copy/en/emails/transactional.ts';
import { formatMoment } from '../../copy/en/format-moment.ts';
import type { AlertNotification, Incident } from '../../domain/alerts/alert.ts';
import type { MessageIds } from '../encoding/message-id.ts';
import type { MailTemplates } from '../templates/mail-templates.ts';
import type { SiteSender } from '../templates/sender.ts';
import { createSiteView } from '../templates/site-view.ts';
import { composeSingleEmail } from '../transactional/transactional-email.ts';

/** The email that tells the operator at `to` about an incident. Composing it again gives the same
 *  Message-ID. */
export function composeAlertEmail(
  templates: MailTemplates,
  sender: SiteSender,
  {
    incident,
    notification,
    to,
    messageIds,
  }: {
    incident: Incident;
    notification: AlertNotification;
    to: string;
    messageIds: MessageIds;
  },
): SendMailOptions {
  const isOver = notification !== 'began';
  const { siteName } = createSiteView(sender);
  return composeSingleEmail(templates, sender, {
    to,
    messageId: messageIds.of({ kind: 'alert', incidentId: incident.id, isOver }),
    date: (isOver ? incident.endedAt : null) ?? incident.raisedAt,
    link: sender.links.status,
    copy: isOver
      ? createOverCopy(incident, siteName, notification === 'over')
      : createBeganCopy(incident, siteName),
    papers: [],
    headers: {},
  });
}

function createBeganCopy(
  { kind, subject, sentence, raisedAt }: Incident,
  siteName: string,
): SingleEmailCopy {
  const { began, button } = ALERT_EMAIL_COPY;
  const headline = ALERT_EMAIL_COPY.headline[kind](subject);
  return {
    subject: began.subject({ siteName, headline }),
    heading: began.heading(headline),
    before: [sentence, began.since(formatMoment(raisedAt))],
    button,
    after: [began.after],
  };
}

function createOverCopy(
  { kind, subject, sentence, raisedAt, endedAt }: Incident,
  siteName: string,
  wasNotified: boolean,
): SingleEmailCopy {
  const { over, button } = ALERT_EMAIL_COPY;
  const headline = ALERT_EMAIL_COPY.headline[kind](subject);
  const [since, until] = [formatMoment(raisedAt), formatMoment(endedAt ?? raisedAt)];
  return {
    subject: over.subject({ siteName, headline }),
    heading: over.heading,
    before: [over.period({ since, until, headline }), sentence],
    button,
    after: [wasNotified ? over.wasNotified : over.wasNotNotified],
  };
}
