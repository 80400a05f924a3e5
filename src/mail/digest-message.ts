import { memoise } from '../domain/memoise.ts';
import { type Message, stretchOf } from '../domain/message.ts';
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
import { linesOf, type Piece, relaxedOf, textOf } from './piece.ts';
import type { Sender } from './sender.ts';

/** A copy and how it is addressed; kept with the delivery, so that every attempt is the same. */
export interface AddressedCopy {
  copy: Copy;
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
  body: readonly Piece[];
  /** The token, for its places. */
  fill: Buffer;
}

/**
 * One reader's digest as a whole message (RFC 5322), ready to be sent: same arguments, same bytes.
 * Its pieces are those of the edition. No header and no boundary begins with a dot, and quoted-printable
 * is written so that no line of it does: nothing need be stuffed.
 * @throws RangeError for an address that cannot stand in a header, and as `Edition.assemble`.
 */
export function digestMessage(edition: Edition, addressed: AddressedCopy): Message {
  return whole(draftDigest(edition, addressed), '');
}

/** The message of a draft, signed when there is a signer. */
export function finishDigest(
  draft: DigestDraft,
  signer: Signer | null,
): Message | Promise<Message> {
  if (signer === null) return whole(draft, '');
  return signer
    .sign(draft.headers, draft.body.map(relaxedOf), draft.fill)
    .then((signature) => whole(draft, signature));
}

/** One reader's digest, not yet signed. @throws RangeError as `digestMessage`. */
export function draftDigest(edition: Edition, addressed: AddressedCopy): DigestDraft {
  const shared = sharedOf(edition);
  const assembled = edition.assemble(addressed.copy);
  const { textHead, htmlHead, end } = shared.multipart;
  return {
    envelope: {
      from: checkedAddress(addressed.returnPath ?? edition.sender.from.address),
      to: checkedAddress(addressed.to),
    },
    headers: headersOf(edition, shared, addressed, assembled.subject),
    body: [textHead].concat(assembled.text, [htmlHead], assembled.html, [end]),
    fill: Buffer.from(addressed.copy.token, 'latin1'),
  };
}

/** The HTML of a copy, for the web view and for previews. */
export function digestHtml(edition: Edition, copy: Copy): string {
  return wordsOf(edition.assemble(copy).html, copy);
}

/** The plain text of a copy. */
export function digestText(edition: Edition, copy: Copy): string {
  return wordsOf(edition.assemble(copy).text, copy);
}

function wordsOf(pieces: readonly Piece[], { token }: Copy): string {
  return pieces.map((piece) => textOf(piece, token)).join('');
}

function whole({ envelope, headers, body, fill }: DigestDraft, signature: string): Message {
  const head = stretchOf(Buffer.from(`${signature}${headers}\r\n`, 'latin1'));
  const content = [head].concat(body);
  return { envelope, content, fill, isPlain: true };
}

function headersOf(
  edition: Edition,
  { headers: { from, list, rest }, subjectHeader, dateHeader }: Shared,
  addressed: AddressedCopy,
  subject: AssembledCopy['subject'],
): string {
  const messageId = checkedMessageId(addressed.messageId);
  const unsubscribe = `<${edition.sender.links.unsubscribe(addressed.copy.token)}>`;
  return (
    from +
    header('To', [checkedAddress(addressed.to)]) +
    subjectHeader(subject) +
    dateHeader(Math.floor(addressed.date.getTime() / 1000)) +
    header('Message-ID', [messageId]) +
    list +
    header('List-Unsubscribe', [unsubscribe]) +
    rest
  );
}

/** What all copies of an edition have in common around their papers. */
interface Shared {
  headers: { from: string; list: string; rest: string };
  multipart: { textHead: Piece; htmlHead: Piece; end: Piece };
  subjectHeader(subject: string): string;
  /** For a moment in seconds since 1970. */
  dateHeader(seconds: number): string;
}

const known = new WeakMap<Edition, Shared>();

function sharedOf(edition: Edition): Shared {
  const before = known.get(edition);
  if (before) return before;
  const { sender } = edition;
  const boundary = boundaryOf(edition);
  const made: Shared = {
    headers: {
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
        `Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n`,
      ].join(''),
    },
    multipart: {
      textHead: partHead(boundary, 'text/plain'),
      htmlHead: partHead(boundary, 'text/html'),
      end: linesOf(`--${boundary}--\r\n`),
    },
    subjectHeader: memoise((subject: string) => textHeader('Subject', subject)),
    dateHeader: memoise((seconds: number) => header('Date', [mailDate(new Date(seconds * 1000))])),
  };
  known.set(edition, made);
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

/** Begins with `=_`, which never stands in quoted-printable, so no part can hold it (RFC 2045 §6.7). */
function boundaryOf({ digest }: Edition): string {
  return `=_${digest.kind}_${digest.date}_${digest.number}`;
}

function partHead(boundary: string, type: string): Piece {
  const lines = [
    `--${boundary}`,
    `Content-Type: ${type}; charset=utf-8`,
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '',
  ];
  return linesOf(lines.join('\r\n'));
}

const MESSAGE_ID = /^<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>$/;
const ROOM_IN_LIST_ID = 60;
