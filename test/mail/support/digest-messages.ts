import type { Message } from '../../../src/domain/smtp/message.ts';
import {
  type AddressedDigest,
  draftDigestMessage,
  finishDigestMessage,
} from '../../../src/mail/digests/digest-message.ts';
import type {
  DigestPersonalization,
  DigestRenderer,
} from '../../../src/mail/digests/digest-renderer.ts';
import { renderChunkText } from '../../../src/mail/encoding/chunk.ts';

/** The unsigned message of a digest for one subscriber. */
export function composeDigestMessage(
  renderer: DigestRenderer,
  addressed: AddressedDigest,
): Message {
  return finishDigestMessage(draftDigestMessage(renderer, addressed), null) as Message;
}

/** The HTML of a digest for one subscriber. */
export function renderDigestHtml(
  renderer: DigestRenderer,
  personalization: DigestPersonalization,
): string {
  const { html } = renderer.render(personalization);
  return html.map((chunk) => renderChunkText(chunk, personalization.token)).join('');
}

/** The same HTML on one line, with characters instead of references to them. */
export function renderReadableHtml(
  renderer: DigestRenderer,
  personalization: DigestPersonalization,
): string {
  return renderDigestHtml(renderer, personalization)
    .replaceAll('\n', ' ')
    .replace(/ ?(<\/?(?:p|div|td|tr|table|h[1-6])\b[^>]*>) ?/g, '$1')
    .replace(/&#(\d{3,});/g, (_, code) => String.fromCodePoint(Number(code)));
}
