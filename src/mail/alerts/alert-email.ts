import type { SendMailOptions } from 'nodemailer';
import type { AlertNotification, Incident } from '../../domain/alerts/alert.ts';
import type { MessageIds } from '../encoding/message-id.ts';
import type { MailTemplates } from '../templates/mail-templates.ts';
import type { Sender } from '../templates/sender.ts';
import { createSiteView } from '../templates/site-view.ts';
import { composeSingleEmail } from '../transactional/transactional-email.ts';
import { createAlertCopy } from './alert-copy.ts';

/** No digest has this id, and neither have letters (the highest of six bytes). */
const ALERT_DIGEST_ID = 2 ** 48 - 1;

/** The mail to the operator at `to` that tells `news` of an incident; a repetition has its Message-ID. */
export function composeAlertEmail(
  templates: MailTemplates,
  sender: Sender,
  {
    incident,
    news: notification,
    to,
    messageIds,
  }: { incident: Incident; news: AlertNotification; to: string; messageIds: MessageIds },
): SendMailOptions {
  const isOver = notification !== 'began';
  return composeSingleEmail(templates, sender, {
    to,
    messageId: messageIds(ALERT_DIGEST_ID, 2 * incident.id + (isOver ? 1 : 0)),
    date: (isOver ? incident.endedAt : null) ?? incident.raisedAt,
    link: sender.links.status,
    copy: createAlertCopy(incident, notification, createSiteView(sender).siteName),
    papers: [],
    headers: {},
  });
}
