import type { SendMailOptions } from 'nodemailer';
import type { Incident, News } from '../domain/alarm.ts';
import { alarmWords } from './alarm-words.ts';
import { composeSingle } from './letters.ts';
import type { MessageIds } from './message-id.ts';
import type { Sender } from './sender.ts';
import { viewSite } from './site-view.ts';
import type { MailTemplates } from './templates.ts';

/** No digest has this id, and neither have letters (the highest of six bytes). */
const ALARMS = 2 ** 48 - 1;

/** The mail to the operator at `to` that tells `news` of an incident; a repetition has its Message-ID. */
export function composeAlarmMail(
  templates: MailTemplates,
  sender: Sender,
  {
    incident,
    news,
    to,
    messageIds,
  }: { incident: Incident; news: News; to: string; messageIds: MessageIds },
): SendMailOptions {
  const isOver = news !== 'began';
  return composeSingle(templates, sender, {
    to,
    messageId: messageIds(ALARMS, 2 * incident.id + (isOver ? 1 : 0)),
    date: (isOver ? incident.endedAt : null) ?? incident.raisedAt,
    link: sender.links.status,
    words: alarmWords(incident, news, viewSite(sender).siteName),
    papers: [],
    headers: {},
  });
}
