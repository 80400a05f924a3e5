import { createHash } from 'node:crypto';
import type { SendMailOptions } from 'nodemailer';
import {
  type SingleEmailCopy,
  TRANSACTIONAL_EMAIL_COPY,
  type TransactionalFacts,
} from '../../copy/en/emails/transactional.ts';
import { joinReason, type ReasonText } from '../../copy/en/reasons.ts';
import { allowsOneClick } from '../../domain/links/links.ts';
import type { Paper } from '../../domain/papers/paper.ts';
import {
  TRANSACTIONAL_LINK_LIFETIME_MS,
  type TransactionalKind,
} from '../../domain/transactional/transactional-email.ts';
import { formatPapersSubject } from '../digests/digest-text.ts';
import { INDENT } from '../digests/render-fragments.ts';
import { requireAddress } from '../encoding/headers.ts';
import { toSingleLine, truncateText } from '../encoding/printable.ts';
import { wrapText } from '../encoding/wrap.ts';
import type { MailTemplates } from '../templates/mail-templates.ts';
import { createPaperEmailView, type PaperEmailView } from '../templates/paper-email-view.ts';
import type { Sender, SiteSender } from '../templates/sender.ts';
import { createSiteView } from '../templates/site-view.ts';
/** What makes a transactional email. */
export interface TransactionalMessage
  extends Pick<
    TransactionalFacts,
    'preferences' | 'latest' | 'preferencesUrl' | 'examplesUrl' | 'libraryUrl' | 'unsubscribeUrl'
  > {
  kind: TransactionalKind;
  to: string;
  /** With its angle brackets. */
  messageId: string;
  date: Date;
  /** Target of the button. */
  link: string;
  /** Names of the followed topics. */
  topicNames: readonly string[];
  /** Papers to list, the best first. */
  papers: readonly { paper: Paper; reason: ReasonText }[];
}

/**
 * A transactional email in nodemailer's form. The same arguments give the same bytes.
 * @throws PaperboyError `UNSENDABLE_ADDRESS` for an address that is not allowed in a header.
 */
export function composeTransactionalEmail(
  templates: MailTemplates,
  sender: SiteSender,
  message: TransactionalMessage,
): SendMailOptions {
  const { kind, to, topicNames, unsubscribeUrl } = message;
  const papers = message.papers.map(({ paper, reason }) => ({
    ...createPaperEmailView(paper, 'brief', sender.links),
    reason,
  }));
  const { siteName } = createSiteView(sender);
  const copy: SingleEmailCopy = TRANSACTIONAL_EMAIL_COPY[kind]({
    ...message,
    siteName,
    email: requireAddress(to),
    topics: truncateText(topicNames.map(toSingleLine).join('; '), MAX_TOPICS),
    linkLifetimeMs: TRANSACTIONAL_LINK_LIFETIME_MS[kind],
    papers: {
      count: papers.length,
      subject: formatPapersSubject(papers[0]?.title ?? siteName, {
        count: papers.length,
        period: 'pause',
      }),
    },
    homeUrl: sender.links.home,
  });
  const headers = KINDS_WITH_UNSUBSCRIBE.includes(kind)
    ? createUnsubscribeHeaders(unsubscribeUrl)
    : {};
  return composeSingleEmail(templates, sender, { ...message, copy, papers, headers });
}

/** A paper with its reason. */
interface ListedPaperView extends PaperEmailView {
  reason: ReasonText;
}

/** An email to one address: transactional or an alert. */
interface SingleEmail extends Pick<TransactionalMessage, 'to' | 'messageId' | 'date' | 'link'> {
  copy: SingleEmailCopy;
  papers: readonly ListedPaperView[];
  /** In addition to those of every single email. */
  headers: Record<string, string>;
}

/**
 * A single email in nodemailer's form. The same arguments give the same bytes.
 * @throws PaperboyError `UNSENDABLE_ADDRESS` for an address that is not allowed in a header.
 */
export function composeSingleEmail(
  templates: MailTemplates,
  sender: Sender,
  { to, messageId, date, link, copy, papers, headers }: SingleEmail,
): SendMailOptions {
  const envelope = { from: requireAddress(sender.from.address), to: requireAddress(to) };
  const content = { ...copy, links: copy.links ?? [], link, papers };
  return {
    from: {
      name: truncateText(toSingleLine(sender.from.name), MAX_WORD_LENGTH),
      address: envelope.from,
    },
    to: { name: '', address: envelope.to },
    ...(sender.replyTo === null
      ? {}
      : { replyTo: { name: '', address: requireAddress(sender.replyTo) } }),
    envelope,
    subject: copy.subject.replace(LONG_WORD, (word) => truncateText(word, MAX_WORD_LENGTH)),
    date,
    messageId,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...headers,
    },
    html: renderTransactionalHtml(templates, sender, content),
    text: renderTransactionalText(templates, sender, content),
    encoding: 'quoted-printable',
    baseBoundary: createHash('sha256').update(messageId).digest('hex').slice(0, 16),
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false,
  };
}

/** Emails of the subscription itself; the others answer a request. */
const KINDS_WITH_UNSUBSCRIBE: readonly TransactionalKind[] = ['welcome', 'return'];

/** For the unsubscribe button of the mail program (RFC 8058). */
function createUnsubscribeHeaders(unsubscribeUrl: string): Record<string, string> {
  return {
    'List-Unsubscribe': `<${unsubscribeUrl}>`,
    ...(allowsOneClick(unsubscribeUrl) && {
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }),
  };
}

type TransactionalContent = Required<SingleEmailCopy> & {
  link: string;
  papers: readonly ListedPaperView[];
};

function renderTransactionalHtml(
  { transactional }: MailTemplates,
  sender: Sender,
  content: TransactionalContent,
): string {
  return transactional.html.layout({
    ...createSiteView(sender),
    ...content,
    papers: content.papers.map((paper) => ({
      ...paper,
      titleUrl: paper.url,
      kicker: joinReason(paper.reason) === '' ? null : paper.reason,
      actions: null,
    })),
  });
}

function renderTransactionalText(
  { transactional }: MailTemplates,
  sender: Sender,
  content: TransactionalContent,
): string {
  const site = createSiteView(sender);
  return transactional.text.layout({
    ...site,
    heading: wrapText(content.heading),
    before: content.before.map((paragraph) => wrapText(paragraph)),
    papers: content.papers.map(renderPaperText),
    button: content.button,
    link: content.link,
    after: content.after.map((paragraph) => wrapText(paragraph)),
    links: content.links,
    signature: wrapText(site.postalAddress ?? site.siteName),
  });
}

/** Looks as in the plain text of a digest. */
function renderPaperText(paper: ListedPaperView, position: number): string {
  const { title, byline, reason, text, url } = paper;
  const number = `${String(position + 1).padStart(2)}. `;
  const head = [byline, joinReason(reason)].filter((line) => line !== '');
  return [
    [number + wrapText(title, INDENT).slice(INDENT.length)]
      .concat(head.map((line) => wrapText(line, INDENT)))
      .join('\n'),
    ...(text === '' ? [] : [wrapText(text, INDENT)]),
    ...(url === null ? [] : [INDENT + url]),
  ].join('\n\n');
}

/** In characters. */
const MAX_TOPICS = 600;

/** In characters: nodemailer does not fold inside a word. */
const MAX_WORD_LENGTH = 60;
const LONG_WORD = /\S{61,}/g;
