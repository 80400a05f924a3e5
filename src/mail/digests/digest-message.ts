import { allowsOneClick } from '../../domain/links/links.ts';
import { memoise } from '../../domain/memoise.ts';
import { createSegment, type Message } from '../../domain/smtp/message.ts';
import type { DkimSigner } from '../dkim/signer.ts';
import {
  type Chunk,
  canonicalizeChunk,
  createRawChunk,
  renderChunkText,
} from '../encoding/chunk.ts';
import {
  formatHeader,
  formatMailboxHeader,
  formatMailDate,
  formatTextHeader,
  requireAddress,
  tokenizePhrase,
} from '../encoding/headers.ts';
import type { Sender } from '../templates/sender.ts';
import type { DigestPersonalization, DigestRenderer, RenderedDigest } from './digest-renderer.ts';

/** A digest for one subscriber and its address. Stored with the delivery, so that every attempt is
 *  equal. */
export interface AddressedDigest {
  personalization: DigestPersonalization;
  to: string;
  /** With its angle brackets. */
  messageId: string;
  date: Date;
  /** Where bounces go; the sender's address when left out. */
  returnPath?: string;
}

/** The message of a digest before it is signed and joined. */
interface DigestDraft {
  envelope: Message['envelope'];
  /** Without the blank line after them. */
  headers: string;
  body: readonly Chunk[];
  /** The token, for its placeholders. */
  placeholderValue: Buffer;
}

/**
 * The message (RFC 5322) of a draft, signed if there is a signer and ready to be sent. The same
 * arguments give the same bytes. No header, boundary or encoded line begins with a dot, so no
 * dot-stuffing is needed.
 */
export function finishDigestMessage(
  draft: DigestDraft,
  signer: DkimSigner | null,
): Message | Promise<Message> {
  if (signer === null) return joinMessage(draft, '');
  return signer
    .sign(draft.headers, draft.body.map(canonicalizeChunk), draft.placeholderValue)
    .then((signature) => joinMessage(draft, signature));
}

/**
 * An unsigned digest for one subscriber.
 * @throws PaperboyError `UNSENDABLE_ADDRESS` for an address that is not allowed in a header, and as
 * `DigestRenderer.render`.
 */
export function draftDigestMessage(
  renderer: DigestRenderer,
  addressed: AddressedDigest,
): DigestDraft {
  const shared = getShared(renderer);
  const rendered = renderer.render(addressed.personalization);
  const { textHead, htmlHead, end } = shared.multipart;
  return {
    envelope: {
      from: requireAddress(addressed.returnPath ?? renderer.sender.from.address),
      to: requireAddress(addressed.to),
    },
    headers: formatHeaders(renderer, shared, addressed, rendered.subject),
    body: [textHead].concat(rendered.text, [htmlHead], rendered.html, [end]),
    placeholderValue: Buffer.from(addressed.personalization.token, 'latin1'),
  };
}

/** The plain text of a digest for one subscriber. */
export function renderDigestText(
  renderer: DigestRenderer,
  personalization: DigestPersonalization,
): string {
  const { text } = renderer.render(personalization);
  return text.map((chunk) => renderChunkText(chunk, personalization.token)).join('');
}

function joinMessage(
  { envelope, headers, body, placeholderValue }: DigestDraft,
  signature: string,
): Message {
  const head = createSegment(Buffer.from(`${signature}${headers}\r\n`, 'latin1'));
  const content = [head].concat(body);
  return { envelope, segments: content, placeholderValue, isWireReady: true };
}

function formatHeaders(
  renderer: DigestRenderer,
  { headers: { from, list, rest }, subjectHeader, dateHeader }: SharedMessageParts,
  addressed: AddressedDigest,
  subject: RenderedDigest['subject'],
): string {
  const messageId = requireMessageId(addressed.messageId);
  return (
    from +
    formatHeader('To', [requireAddress(addressed.to)]) +
    subjectHeader(subject) +
    dateHeader(Math.floor(addressed.date.getTime() / 1000)) +
    formatHeader('Message-ID', [messageId]) +
    list +
    formatUnsubscribeHeaders(renderer.sender, addressed.personalization.token) +
    rest
  );
}

/** RFC 2369, and RFC 8058 where the site has https; none without a site. */
function formatUnsubscribeHeaders({ links }: Sender, token: string): string {
  if (links === null) return '';
  const url = links.unsubscribe(token);
  const header = formatHeader('List-Unsubscribe', [`<${url}>`]);
  if (!allowsOneClick(url)) return header;
  return `${header}List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n`; // byte-exact: RFC 8058 §3.1
}

/** Headers and MIME parts that all mails of a digest share. */
interface SharedMessageParts {
  headers: { from: string; list: string; rest: string };
  multipart: { textHead: Chunk; htmlHead: Chunk; end: Chunk };
  subjectHeader(subject: string): string;
  /** For a moment in seconds since 1970. */
  dateHeader(seconds: number): string;
}

const sharedByRenderer = new WeakMap<DigestRenderer, SharedMessageParts>();

function getShared(renderer: DigestRenderer): SharedMessageParts {
  const existing = sharedByRenderer.get(renderer);
  if (existing) return existing;
  const { sender } = renderer;
  const boundary = createBoundary(renderer);
  const created: SharedMessageParts = {
    headers: {
      from: formatMailboxHeader('From', sender.from),
      list:
        (sender.replyTo === null
          ? ''
          : formatMailboxHeader('Reply-To', { name: '', address: sender.replyTo })) +
        formatListHeaders(sender),
      rest: [
        formatHeader('Feedback-ID', [createFeedbackId(renderer)]),
        'Precedence: bulk\r\n',
        'Auto-Submitted: auto-generated\r\n',
        'X-Auto-Response-Suppress: All\r\n',
        'MIME-Version: 1.0\r\n',
        `Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n`,
      ].join(''),
    },
    multipart: {
      textHead: createPartHead(boundary, 'text/plain', 'quoted-printable'),
      htmlHead: createPartHead(boundary, 'text/html', '7bit'),
      end: createRawChunk(`--${boundary}--\r\n`),
    },
    subjectHeader: memoise((subject: string) => formatTextHeader('Subject', subject)),
    dateHeader: memoise((seconds: number) =>
      formatHeader('Date', [formatMailDate(new Date(seconds * 1000))]),
    ),
  };
  sharedByRenderer.set(renderer, created);
  return created;
}

/** RFC 2919 and RFC 2369. */
function formatListHeaders(sender: Sender): string {
  const owner = requireAddress(sender.replyTo ?? sender.from.address);
  const { links } = sender;
  return [
    formatHeader('List-Id', [
      ...tokenizePhrase(sender.siteName, MAX_LIST_ID_PHRASE),
      `<${sender.listId}>`,
    ]),
    links === null ? '' : formatHeader('List-Help', [`<${links.home}>`]),
    links === null ? '' : formatHeader('List-Archive', [`<${links.digests}>`]),
    formatHeader('List-Owner', [`<mailto:${encodeURI(owner)}>`]),
    'List-Post: NO\r\n',
  ].join('');
}

/** `2026-05-08:papers.example.org:daily:papersexampleor`: Gmail counts complaints by these fields.
 *  Nothing about the subscriber. The last field must have 5 to 15 characters and never change. */
function createFeedbackId({ digest, sender }: DigestRenderer): string {
  const senderId = sender.messageIdDomain
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 15)
    .padEnd(5, '0');
  return [digest.date, sender.listId.replaceAll(':', ''), digest.kind, senderId].join(':');
}

function requireMessageId(messageId: string): string {
  if (MESSAGE_ID.test(messageId)) return messageId;
  throw new RangeError('A Message-ID must have the form <id@domain>.');
}

/** Begins with `=_`, which cannot occur in quoted-printable (RFC 2045 §6.7), nor in our HTML, in
 *  which texts have `&#x3D;` instead of `=`. */
function createBoundary({ digest }: DigestRenderer): string {
  return `=_${digest.kind}_${digest.date}_${digest.number}`;
}

function createPartHead(boundary: string, type: string, encoding: string): Chunk {
  const lines = [
    `--${boundary}`,
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    '',
  ];
  return createRawChunk(lines.join('\r\n'));
}

const MESSAGE_ID = /^<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>$/;
const MAX_LIST_ID_PHRASE = 60;
