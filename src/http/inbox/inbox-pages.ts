import { formatMoment } from '../../copy/en/format-moment.ts';
import { INBOX_COPY } from '../../copy/en/pages/inbox.ts';
import type { ParsedMail, StoredMessage } from '../../inbox/inbox.ts';
import type { NavLink, PageLayouts } from '../pages/page-layout.ts';

/** All messages in the local inbox. */
export function buildInboxListPage(messages: readonly StoredMessage[], layouts: PageLayouts) {
  return {
    layout: layouts.create({ title: INBOX_COPY.title, action: linkToInbox(layouts) }),
    isEmpty: messages.length === 0,
    messages: messages.map((message) => ({
      href: messageHref(layouts.base, message.id),
      from: message.from,
      to: message.to.join(', '),
      subject: message.subject || INBOX_COPY.noSubject,
      received: formatMoment(message.receivedAt),
      receivedIso: message.receivedAt.toISOString(),
      size: describeSize(message.bytes),
    })),
  };
}

/** One message: its HTML in a sandbox, its text, its headers. */
export function buildInboxMessagePage(
  { entry, parsed }: { entry: StoredMessage; parsed: ParsedMail },
  layouts: PageLayouts,
) {
  const href = messageHref(layouts.base, entry.id);
  const subject = entry.subject || INBOX_COPY.noSubject;
  return {
    layout: layouts.create({ title: subject, action: linkToInbox(layouts) }),
    subject,
    fromTo: INBOX_COPY.fromTo(entry.from, entry.to.join(', ')),
    headers: parsed.headers.slice(0, MAX_HEADERS_SHOWN),
    hasHeaders: parsed.headers.length > 0,
    text: parsed.text,
    htmlHref: parsed.html === null ? null : `${href}/html`,
    rawHref: `${href}/raw`,
  };
}

const MAX_HEADERS_SHOWN = 60;

function linkToInbox({ base }: PageLayouts): NavLink {
  return { text: INBOX_COPY.title, href: `${base}/inbox` };
}

function messageHref(base: string, id: string): string {
  return `${base}/inbox/${encodeURIComponent(id)}`;
}

/** `812 bytes`, `45 KB`. */
function describeSize(bytes: number): string {
  return bytes < 1024 ? INBOX_COPY.bytes(bytes) : INBOX_COPY.kilobytes(Math.round(bytes / 1024));
}
