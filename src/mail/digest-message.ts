import type { Message } from '../domain/message.ts';
import type { Signer } from './dkim/signer.ts';
import type { AssembledCopy, Copy, Edition } from './edition.ts';
import {
  checkedAddress,
  header,
  mailboxHeader,
  mailDate,
  phraseTokens,
  textHeader,
} from './headers.ts';
import type { Sender } from './sender.ts';
import { type EncodedPiece, linesOf, type Piece, relaxedOf } from './slots.ts';

/** A copy and how it is addressed; kept with the delivery, so that every attempt is the same. */
export interface AddressedCopy extends Copy {
  to: string;
  /** With its angle brackets. */
  messageId: string;
  date: Date;
  /** Where bounces go; the sender's address when left out. */
  returnPath?: string;
}

/** A digest's message before it is signed and joined. */
export interface DigestDraft {
  envelope: Message['envelope'];
  /** Without the blank line behind them. */
  headers: string;
  body: readonly EncodedPiece[];
}

/**
 * One reader's digest as a whole message (RFC 5322), ready to be sent: same arguments, same bytes.
 * Its pieces are those of the edition. No header and no boundary begins with a dot, and quoted-printable
 * is written so that no line of it does: nothing need be stuffed.
 * @throws RangeError for an address that cannot stand in a header, and as `Edition.assemble`.
 */
export function digestMessage(edition: Edition, addressed: AddressedCopy): Message {
  return joined(draftDigest(edition, addressed), '');
}

/** The message of a draft, signed when there is a signer. */
export function finishDigest(
  draft: DigestDraft,
  signer: Signer | null,
): Message | Promise<Message> {
  if (signer === null) return joined(draft, '');
  return signer
    .sign(draft.headers, draft.body.map(relaxedOf))
    .then((signature) => joined(draft, signature));
}

/** One reader's digest, not yet signed. @throws RangeError as `digestMessage`. */
export function draftDigest(edition: Edition, addressed: AddressedCopy): DigestDraft {
  const { sender } = edition;
  const copy = edition.assemble(addressed);
  const boundary = boundaryOf(addressed.messageId);
  return {
    envelope: {
      from: checkedAddress(addressed.returnPath ?? sender.from.address),
      to: checkedAddress(addressed.to),
    },
    headers: headersOf(edition, addressed, copy.subject) + contentType(boundary),
    body: [
      partHead(boundary, 'text/plain'),
      ...copy.text,
      partHead(boundary, 'text/html'),
      ...copy.html,
      linesOf(`--${boundary}--\r\n`),
    ],
  };
}

/** The HTML of a copy, for the web view and for previews. */
export function digestHtml(edition: Edition, copy: Copy): string {
  return textOf(edition.assemble(copy).html);
}

/** The plain text of a copy. */
export function digestText(edition: Edition, copy: Copy): string {
  return textOf(edition.assemble(copy).text);
}

function joined({ envelope, headers, body }: DigestDraft, signature: string): Message {
  const head = Buffer.from(`${signature}${headers}\r\n`, 'latin1');
  return { envelope, content: [head, ...body.map(encodedOf)], isPlain: true };
}

function headersOf(
  edition: Edition,
  addressed: AddressedCopy,
  subject: AssembledCopy['subject'],
): string {
  const { from, list, rest } = sharedHeadersOf(edition);
  return [
    from,
    mailboxHeader('To', { name: '', address: addressed.to }),
    textHeader('Subject', subject),
    header('Date', [mailDate(addressed.date)]),
    header('Message-ID', [checkedMessageId(addressed.messageId)]),
    list,
    header('List-Unsubscribe', [`<${edition.sender.links.unsubscribe(addressed.token)}>`]),
    rest,
  ].join('');
}

/** The headers that all copies of an edition have. */
interface SharedHeaders {
  from: string;
  list: string;
  rest: string;
}

const shared = new WeakMap<Edition, SharedHeaders>();

function sharedHeadersOf(edition: Edition): SharedHeaders {
  const known = shared.get(edition);
  if (known) return known;
  const { sender } = edition;
  const made = {
    from: mailboxHeader('From', sender.from),
    list:
      (sender.replyTo === null
        ? ''
        : mailboxHeader('Reply-To', { name: '', address: sender.replyTo })) + listHeaders(sender),
    rest: [
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n', // byte-exact: RFC 8058 §3.1
      header('Feedback-ID', [feedbackId(edition)]),
      'Precedence: bulk\r\n',
      'Auto-Submitted: auto-generated\r\n',
      'X-Auto-Response-Suppress: All\r\n',
      'MIME-Version: 1.0\r\n',
    ].join(''),
  };
  shared.set(edition, made);
  return made;
}

/** RFC 2919 and RFC 2369. */
function listHeaders(sender: Sender): string {
  const owner = checkedAddress(sender.replyTo ?? sender.from.address);
  return [
    header('List-Id', [...phraseTokens(sender.siteName, ROOM_IN_LIST_ID), `<${sender.listId}>`]),
    header('List-Help', [`<${sender.links.home}>`]),
    header('List-Archive', [`<${sender.links.digests}>`]),
    header('List-Owner', [`<mailto:${encodeURI(owner)}>`]),
    'List-Post: NO\r\n',
  ].join('');
}

/** `2026-05-08:papers.example.org:daily:papersexampleor`: what complaints are counted by, nothing
 *  about the reader. The last field is to be 5 to 15 characters and the same for ever. */
function feedbackId({ digest, sender }: Edition): string {
  const senderId = sender.messageIdDomain
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 15)
    .padEnd(5, '0');
  return [digest.date, sender.listId.replaceAll(':', ''), digest.kind, senderId].join(':');
}

function checkedMessageId(messageId: string): string {
  if (MESSAGE_ID.test(messageId)) return messageId;
  throw new RangeError('A Message-ID is not of the form <id@domain>.');
}

/** Contains `=_`, which never stands in quoted-printable, so no part can hold it (RFC 2045 §6.7). As
 *  unique as the Message-ID. */
function boundaryOf(messageId: string): string {
  return `=_${messageId.replace(/[^A-Za-z0-9]/g, '').slice(0, 32)}`;
}

function contentType(boundary: string): string {
  return `Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n`;
}

function partHead(boundary: string, type: string): EncodedPiece {
  const lines = [
    `--${boundary}`,
    `Content-Type: ${type}; charset=utf-8`,
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '',
  ];
  return linesOf(lines.join('\r\n'));
}

function encodedOf({ encoded }: EncodedPiece): Buffer {
  return encoded;
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

const MESSAGE_ID = /^<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>$/;
const ROOM_IN_LIST_ID = 60;
