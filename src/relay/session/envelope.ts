import { isAscii } from 'node:buffer';
import { getMessageSizeBytes, type Message } from '../../domain/smtp/message.ts';
import type { SmtpReply } from '../../domain/smtp/smtp-reply.ts';
import type { SmtpExtensions } from './extensions.ts';

/** The commands before DATA. */
export interface EnvelopeCommands {
  mail: string;
  rcpt: string;
}

export const DATA_COMMAND = 'DATA\r\n';

/** All commands before a message in one write, for relays with PIPELINING. */
export function pipelineEnvelope({ mail, rcpt }: EnvelopeCommands): string {
  return mail + rcpt + DATA_COMMAND;
}

/**
 * The commands for `message`, or a refusal without asking the relay: of a message over its SIZE
 * (RFC 1870 §6.1), of an address that needs SMTPUTF8 (RFC 6531 §3.1), or of an invalid address.
 * None of these refusals means that the mailbox does not exist.
 */
export function buildEnvelopeCommands(
  message: Message,
  extensions: SmtpExtensions,
): EnvelopeCommands | SmtpReply {
  const { from, to } = message.envelope;
  if (!isAddress(from, NULL_SENDER_ALLOWED) || !isAddress(to)) return INVALID_ADDRESS;
  const needsUtf8 = !ASCII.test(from) || !ASCII.test(to);
  if (needsUtf8 && !extensions.hasSmtpUtf8) return SMTPUTF8_UNSUPPORTED;
  const length = getMessageSizeBytes(message);
  if (extensions.maxSizeBytes > 0 && length > extensions.maxSizeBytes) {
    return createTooLargeReply(length, extensions.maxSizeBytes);
  }
  const size = extensions.hasSize ? ` SIZE=${length}` : '';
  const body = extensions.has8BitMime && !isSevenBit(message) ? ' BODY=8BITMIME' : '';
  const utf8 = needsUtf8 ? ' SMTPUTF8' : '';
  return {
    mail: `MAIL FROM:<${from}>${size}${body}${utf8}\r\n`,
    rcpt: `RCPT TO:<${to}>\r\n`,
  };
}

function isSevenBit({ isWireReady, segments: content }: Message): boolean {
  return isWireReady || content.every(({ bytes }) => isAscii(bytes));
}

/** Bounces have an empty sender. */
const NULL_SENDER_ALLOWED = true;

/** Whether the address cannot end its command and begin another (SMTP injection). */
function isAddress(address: string, mayBeEmpty = false): boolean {
  return address === '' ? mayBeEmpty : !UNSAFE.test(address);
}

const INVALID_ADDRESS: SmtpReply = {
  code: 501,
  enhanced: '5.5.4',
  text: 'Not offered to the relay: the envelope holds an address with control characters or angle brackets, or none.',
};

/** RFC 6531 §3.5. */
const SMTPUTF8_UNSUPPORTED: SmtpReply = {
  code: 553,
  enhanced: '5.6.7',
  text: 'Not offered to the relay: the envelope holds an address that is not ASCII, and the relay does not offer SMTPUTF8.',
};

function createTooLargeReply(length: number, maxSize: number): SmtpReply {
  const text = `Not offered to the relay: the message has ${length} bytes, the relay takes at most ${maxSize}.`;
  return { code: 552, enhanced: '5.3.4', text };
}

const UNSAFE = /[\p{Cc}<>]/u;
const ASCII = /^\p{ASCII}*$/u;
