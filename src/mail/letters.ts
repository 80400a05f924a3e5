import { createHash } from 'node:crypto';
import type { SendMailOptions } from 'nodemailer';
import type { LetterKind } from '../domain/letter.ts';
import type { Paper } from '../domain/paper.ts';
import { checkedAddress } from './headers.ts';
import { type LetterFacts, type LetterWords, wordsOf } from './letter-words.ts';
import { type PaperView, viewPaper } from './paper-view.ts';
import { clip, oneLine } from './printable.ts';
import { INDENT } from './render-parts.ts';
import type { Sender } from './sender.ts';
import { PREHEADER_PADDING, viewSite } from './site-view.ts';
import type { MailTemplates } from './templates.ts';
import { wrap } from './wrap.ts';

/** A single mail to one reader. */
export interface Letter
  extends Pick<
    LetterFacts,
    'preferences' | 'topicNames' | 'latest' | 'preferencesUrl' | 'unsubscribeUrl'
  > {
  kind: LetterKind;
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
export function composeLetter(
  templates: MailTemplates,
  sender: Sender,
  letter: Letter,
): SendMailOptions {
  const papers = letter.papers.map((paper) => viewPaper(paper, 'brief', sender.links));
  const words = wordsOf(letter.kind, {
    ...letter,
    siteName: viewSite(sender).siteName,
    email: checkedAddress(letter.to),
    paperNames: papers.map(({ name }) => name),
    homeUrl: sender.links.home,
  });
  const headers = OF_THE_LIST.includes(letter.kind) ? wayOut(letter.unsubscribeUrl) : {};
  return composeSingle(templates, sender, { ...letter, words, papers, headers });
}

/** A mail to one address, in the dress of letters. */
export interface Single extends Pick<Letter, 'to' | 'messageId' | 'date' | 'link'> {
  words: LetterWords;
  papers: readonly PaperView[];
  /** Besides those that each has. */
  headers: Record<string, string>;
}

/**
 * `single` as nodemailer takes it: same arguments, same bytes.
 * @throws RangeError for an address that cannot stand in a header.
 */
export function composeSingle(
  templates: MailTemplates,
  sender: Sender,
  { to, messageId, date, link, words, papers, headers }: Single,
): SendMailOptions {
  const envelope = { from: checkedAddress(sender.from.address), to: checkedAddress(to) };
  const content = { ...words, links: words.links ?? [], link, papers };
  return {
    from: { name: clip(oneLine(sender.from.name), MAX_NAME), address: envelope.from },
    to: { name: '', address: envelope.to },
    ...(sender.replyTo === null
      ? {}
      : { replyTo: { name: '', address: checkedAddress(sender.replyTo) } }),
    envelope,
    subject: words.subject.replace(LONG_WORD, (word) => clip(word, MAX_NAME)),
    date,
    messageId,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...headers,
    },
    html: letterHtml(templates, sender, content),
    text: letterText(templates, sender, content),
    encoding: 'quoted-printable',
    baseBoundary: createHash('sha256').update(messageId).digest('hex').slice(0, 16),
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false,
  };
}

/** What those who are delivered to get; the others answer a request. */
const OF_THE_LIST: readonly LetterKind[] = ['welcome', 'return'];

/** The mail program's own button (RFC 8058). */
function wayOut(unsubscribeUrl: string): Record<string, string> {
  return {
    'List-Unsubscribe': `<${unsubscribeUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}

type Content = Required<LetterWords> & { link: string; papers: readonly PaperView[] };

function letterHtml({ letter }: MailTemplates, sender: Sender, content: Content): string {
  return letter.html.frame({
    ...viewSite(sender),
    ...content,
    preheader: clip(content.before.join(' '), MAX_PREHEADER),
    preheaderPadding: PREHEADER_PADDING,
  });
}

function letterText({ letter }: MailTemplates, sender: Sender, content: Content): string {
  const site = viewSite(sender);
  return letter.text.frame({
    ...site,
    heading: wrap(content.heading),
    before: content.before.map((paragraph) => wrap(paragraph)),
    papers: content.papers.map(paperText),
    button: content.button,
    link: content.link,
    after: content.after.map((paragraph) => wrap(paragraph)),
    links: content.links,
    signature: wrap(site.postalAddress ?? site.siteName),
  });
}

/** As in the plain text of a digest. */
function paperText({ title, byline, text, url }: PaperView, place: number): string {
  const number = `${String(place + 1).padStart(2)}. `;
  const head = number + wrap(title, INDENT).slice(INDENT.length);
  return [
    byline === '' ? head : `${head}\n${wrap(byline, INDENT)}`,
    ...(text === '' ? [] : [wrap(text, INDENT)]),
    INDENT + url,
  ].join('\n\n');
}

const MAX_PREHEADER = 130;

/** In characters: the composer does not fold a word. */
const MAX_NAME = 60;
const LONG_WORD = /\S{61,}/g;
