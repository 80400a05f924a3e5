import { createHash } from 'node:crypto';
import type { SendMailOptions } from 'nodemailer';
import type { LetterKind } from '../domain/letter.ts';
import { checkedAddress } from './headers.ts';
import { type LetterFacts, type LetterWords, wordsOf } from './letter-words.ts';
import { clip, oneLine } from './printable.ts';
import type { Sender } from './sender.ts';
import { PREHEADER_PADDING, viewSite } from './site-view.ts';
import type { MailTemplates } from './templates.ts';
import { wrap } from './wrap.ts';

/** A single mail that answers a request. */
export interface Letter {
  kind: LetterKind;
  to: string;
  /** With its angle brackets. */
  messageId: string;
  date: Date;
  /** Where the button leads. */
  link: string;
  preferences: LetterFacts['preferences'];
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
  const envelope = { from: checkedAddress(sender.from.address), to: checkedAddress(letter.to) };
  const words = wordsOf(letter.kind, {
    siteName: viewSite(sender).siteName,
    email: envelope.to,
    preferences: letter.preferences,
  });
  return {
    from: { name: clip(oneLine(sender.from.name), MAX_NAME), address: envelope.from },
    to: { name: '', address: envelope.to },
    ...(sender.replyTo === null
      ? {}
      : { replyTo: { name: '', address: checkedAddress(sender.replyTo) } }),
    envelope,
    subject: words.subject,
    date: letter.date,
    messageId: letter.messageId,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    html: letterHtml(templates, sender, letter.link, words),
    text: letterText(templates, sender, letter.link, words),
    encoding: 'quoted-printable',
    baseBoundary: createHash('sha256').update(letter.messageId).digest('hex').slice(0, 16),
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false,
  };
}

function letterHtml(
  { letter }: MailTemplates,
  sender: Sender,
  link: string,
  words: LetterWords,
): string {
  return letter.html.frame({
    ...viewSite(sender),
    ...words,
    link,
    preheader: words.before.join(' '),
    preheaderPadding: PREHEADER_PADDING,
  });
}

function letterText(
  { letter }: MailTemplates,
  sender: Sender,
  link: string,
  words: LetterWords,
): string {
  const site = viewSite(sender);
  return letter.text.frame({
    ...site,
    heading: wrap(words.heading),
    before: words.before.map((paragraph) => wrap(paragraph)),
    button: words.button,
    link,
    after: words.after.map((paragraph) => wrap(paragraph)),
    signature: wrap(site.postalAddress ?? site.siteName),
  });
}

/** In characters: the composer does not fold a word. */
const MAX_NAME = 60;
