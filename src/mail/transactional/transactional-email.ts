import { createHash } from 'node:crypto';
import type { SendMailOptions } from 'nodemailer';
import type { Paper } from '../../domain/papers/paper.ts';
import type { TransactionalKind } from '../../domain/transactional/transactional-email.ts';
import { INDENT } from '../digests/render-fragments.ts';
import { requireAddress } from '../encoding/headers.ts';
import { toSingleLine, truncateText } from '../encoding/printable.ts';
import { wrapText } from '../encoding/wrap.ts';
import type { MailTemplates } from '../templates/mail-templates.ts';
import { createPaperEmailView, type PaperEmailView } from '../templates/paper-email-view.ts';
import type { Sender } from '../templates/sender.ts';
import { createSiteView, PREHEADER_PADDING } from '../templates/site-view.ts';
import {
  createTransactionalCopy,
  type TransactionalCopy,
  type TransactionalFacts,
} from './transactional-copy.ts';

/** A single mail to one reader. */
export interface TransactionalMessage
  extends Pick<
    TransactionalFacts,
    'preferences' | 'topicNames' | 'latest' | 'preferencesUrl' | 'unsubscribeUrl'
  > {
  kind: TransactionalKind;
  to: string;
  /** With its angle brackets. */
  messageId: string;
  date: Date;
  /** Where the button leads. */
  link: string;
  /** What it brings, the best first. */
  papers: readonly Paper[];
}

/**
 * `letter` as nodemailer takes it: same arguments, same bytes.
 * @throws RangeError for an address that cannot stand in a header.
 */
export function composeTransactionalEmail(
  templates: MailTemplates,
  sender: Sender,
  transactional: TransactionalMessage,
): SendMailOptions {
  const papers = transactional.papers.map((paper) =>
    createPaperEmailView(paper, 'brief', sender.links),
  );
  const copy = createTransactionalCopy(transactional.kind, {
    ...transactional,
    siteName: createSiteView(sender).siteName,
    email: requireAddress(transactional.to),
    paperNames: papers.map(({ name }) => name),
    homeUrl: sender.links.home,
  });
  const headers = KINDS_WITH_UNSUBSCRIBE.includes(transactional.kind)
    ? createUnsubscribeHeaders(transactional.unsubscribeUrl)
    : {};
  return composeSingleEmail(templates, sender, { ...transactional, copy, papers, headers });
}

/** A mail to one address, in the dress of letters. */
export interface SingleEmail
  extends Pick<TransactionalMessage, 'to' | 'messageId' | 'date' | 'link'> {
  copy: TransactionalCopy;
  papers: readonly PaperEmailView[];
  /** Besides those that each has. */
  headers: Record<string, string>;
}

/**
 * `single` as nodemailer takes it: same arguments, same bytes.
 * @throws RangeError for an address that cannot stand in a header.
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

/** What those who are delivered to get; the others answer a request. */
const KINDS_WITH_UNSUBSCRIBE: readonly TransactionalKind[] = ['welcome', 'return'];

/** The mail program's own button (RFC 8058). */
function createUnsubscribeHeaders(unsubscribeUrl: string): Record<string, string> {
  return {
    'List-Unsubscribe': `<${unsubscribeUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}

type TransactionalContent = Required<TransactionalCopy> & {
  link: string;
  papers: readonly PaperEmailView[];
};

function renderTransactionalHtml(
  { transactional }: MailTemplates,
  sender: Sender,
  content: TransactionalContent,
): string {
  return transactional.html.layout({
    ...createSiteView(sender),
    ...content,
    preheader: truncateText(content.before.join(' '), MAX_PREHEADER),
    preheaderPadding: PREHEADER_PADDING,
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

/** As in the plain text of a digest. */
function renderPaperText({ title, byline, text, url }: PaperEmailView, position: number): string {
  const number = `${String(position + 1).padStart(2)}. `;
  const head = number + wrapText(title, INDENT).slice(INDENT.length);
  return [
    byline === '' ? head : `${head}\n${wrapText(byline, INDENT)}`,
    ...(text === '' ? [] : [wrapText(text, INDENT)]),
    INDENT + url,
  ].join('\n\n');
}

const MAX_PREHEADER = 130;

/** In characters: the composer does not fold a word. */
const MAX_WORD_LENGTH = 60;
const LONG_WORD = /\S{61,}/g;
