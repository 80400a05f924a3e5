import { formatMoment } from '../../domain/time/format-moment.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { InboxListView, InboxMessageView } from '../pages/views.ts';

/** Every message that the local inbox caught. */
export function buildInboxListPage({ messages }: InboxListView, layouts: PageLayouts) {
  return {
    layout: layouts.create({ title: 'Local inbox', action: linkToInbox(layouts.base) }),
    isEmpty: messages.length === 0,
    messages: messages.map((message) => ({
      href: messageHref(layouts.base, message.id),
      from: message.from,
      to: message.to,
      subject: message.subject || 'No subject',
      received: formatMoment(message.receivedAt),
      receivedIso: message.receivedAt.toISOString(),
      size: describeSize(message.size),
    })),
  };
}

/** One caught message: its HTML in a sandbox, its text, its headers. */
export function buildInboxMessagePage(view: InboxMessageView, layouts: PageLayouts) {
  const { from, to, subject, headers, text, hasHtml } = view;
  const href = messageHref(layouts.base, view.id);
  return {
    layout: layouts.create({ title: subject || 'No subject', action: linkToInbox(layouts.base) }),
    from,
    to,
    subject: subject || 'No subject',
    headers,
    hasHeaders: headers.length > 0,
    text,
    htmlHref: hasHtml ? `${href}/html` : null,
    rawHref: `${href}/raw`,
  };
}

function linkToInbox(base: string) {
  return { text: 'Local inbox', href: `${base}/inbox` };
}

function messageHref(base: string, id: string): string {
  return `${base}/inbox/${encodeURIComponent(id)}`;
}

/** `812 bytes`, `45 KB`. */
function describeSize(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} KB`;
}
