import { isAscii } from 'node:buffer';
import { type Message, messageLength } from '../domain/message.ts';
import type { SmtpReply } from '../domain/smtp-reply.ts';
import type { Extensions } from './extensions.ts';

/** What comes before a message, apart for relays without PIPELINING. */
export interface Commands {
  mail: string;
  rcpt: string;
}

export const DATA = 'DATA\r\n';

/** All that comes before a message, for relays with PIPELINING. */
export function envelopeOf({ mail, rcpt }: Commands): string {
  return mail + rcpt + DATA;
}

/**
 * The commands for `message`, or the refusal that the relay spares itself: a message over its SIZE
 * (RFC 1870 §6.1), an address that it could not write (RFC 6531 §3.1), or one that is none. None of
 * these says that the mailbox is gone.
 */
export function commandsFor(message: Message, extensions: Extensions): Commands | SmtpReply {
  const { from, to } = message.envelope;
  if (!isAddress(from, MAY_BE_EMPTY) || !isAddress(to)) return NO_ADDRESS;
  const needsUtf8 = !ASCII.test(from) || !ASCII.test(to);
  if (needsUtf8 && !extensions.hasSmtpUtf8) return NO_UTF8;
  const length = messageLength(message);
  if (extensions.maxSize > 0 && length > extensions.maxSize) {
    return tooLarge(length, extensions.maxSize);
  }
  const size = extensions.hasSize ? ` SIZE=${length}` : '';
  const body = extensions.has8BitMime && !isSevenBit(message) ? ' BODY=8BITMIME' : '';
  const utf8 = needsUtf8 ? ' SMTPUTF8' : '';
  return {
    mail: `MAIL FROM:<${from}>${size}${body}${utf8}\r\n`,
    rcpt: `RCPT TO:<${to}>\r\n`,
  };
}

function isSevenBit({ isPlain, content }: Message): boolean {
  return isPlain || content.every(({ bytes }) => isAscii(bytes));
}

/** Bounces themselves come from nobody. */
const MAY_BE_EMPTY = true;

/** Nothing that could end the address or the command, and so begin another (SMTP injection). */
function isAddress(address: string, mayBeEmpty = false): boolean {
  return address === '' ? mayBeEmpty : !UNSAFE.test(address);
}

const NO_ADDRESS: SmtpReply = {
  code: 501,
  enhanced: '5.5.4',
  text: 'Not offered to the relay: the envelope holds an address with control characters or angle brackets, or none.',
};

/** RFC 6531 §3.5. */
const NO_UTF8: SmtpReply = {
  code: 553,
  enhanced: '5.6.7',
  text: 'Not offered to the relay: the envelope holds an address that is not ASCII, and the relay does not offer SMTPUTF8.',
};

function tooLarge(length: number, maxSize: number): SmtpReply {
  const text = `Not offered to the relay: the message has ${length} bytes, the relay takes at most ${maxSize}.`;
  return { code: 552, enhanced: '5.3.4', text };
}

const UNSAFE = /[\p{Cc}<>]/u;
const ASCII = /^\p{ASCII}*$/u;
