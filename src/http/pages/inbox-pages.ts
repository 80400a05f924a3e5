import { describeMoment } from '../../domain/describe-moment.ts';
import type { Frames } from './frame.ts';
import type { InboxListView, InboxMessageView } from './views.ts';

/** Every message that the local inbox caught. */
export function inboxListPage({ messages }: InboxListView, frames: Frames) {
  return {
    frame: frames.of({ title: 'Local inbox', action: inboxLink(frames.base) }),
    isEmpty: messages.length === 0,
    messages: messages.map((message) => ({
      href: messageHref(frames.base, message.id),
      from: message.from,
      to: message.to,
      subject: message.subject || 'No subject',
      received: describeMoment(message.receivedAt),
      receivedIso: message.receivedAt.toISOString(),
      size: describeSize(message.size),
    })),
  };
}

/** One caught message: its HTML in a sandbox, its text, its headers. */
export function inboxMessagePage(view: InboxMessageView, frames: Frames) {
  const { from, to, subject, headers, text, hasHtml } = view;
  const href = messageHref(frames.base, view.id);
  return {
    frame: frames.of({ title: subject || 'No subject', action: inboxLink(frames.base) }),
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

function inboxLink(base: string) {
  return { text: 'Local inbox', href: `${base}/inbox` };
}

function messageHref(base: string, id: string): string {
  return `${base}/inbox/${encodeURIComponent(id)}`;
}

/** `812 bytes`, `45 KB`. */
function describeSize(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} KB`;
}
