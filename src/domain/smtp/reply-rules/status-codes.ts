import type { ReplyRule } from './rule.ts';

/** Enhanced codes (RFC 3463 and its registry), specific ones before general ones. */
export const ENHANCED_CODE_RULES: readonly ReplyRule[] = [
  {
    name: 'no-such-mailbox',
    source: 'RFC 3463 §3.2',
    example:
      '550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown in local recipient table',
    enhanced: /^[45]\.1\.1$/,
    blames: 'recipient',
  },
  {
    name: 'no-such-domain',
    source: 'RFC 3463 §3.2',
    example: '550 5.1.2 <ada@example.org>: Bad destination system address',
    enhanced: /^[45]\.1\.2$/,
    blames: 'recipient',
  },
  {
    name: 'no-address',
    source: 'RFC 3463 §3.2',
    example: '501 5.1.3 Bad recipient address syntax',
    enhanced: /^[45]\.1\.3$/,
    blames: 'recipient',
  },
  {
    name: 'moved',
    source: 'RFC 3463 §3.2',
    example: '551 5.1.6 The mailbox has moved, and left no address',
    enhanced: /^[45]\.1\.6$/,
    blames: 'recipient',
  },
  {
    // A domain with a null MX. Exchange Online uses it for an unknown recipient.
    name: 'takes-no-mail',
    source: 'RFC 7505 §4.2',
    example: '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient by SMTP address lookup',
    enhanced: /^[45]\.1\.10$/,
    blames: 'recipient',
  },
  {
    name: 'sender-address',
    source: 'RFC 3463 §3.2',
    example: '450 4.1.8 <papers@example.org>: Domain of sender not found',
    enhanced: /^[45]\.1\.[78]$/,
    blames: 'sender',
  },
  {
    name: 'some-address',
    source: 'RFC 3463 §3.2',
    example: '550 5.1.0 Address rejected.',
    enhanced: /^[45]\.1\./,
    blames: 'nobody',
  },
  {
    name: 'mailbox-closed',
    source: 'RFC 3463 §3.3',
    example: '550 5.2.1 The email account that you tried to reach is disabled. - gsmtp',
    enhanced: /^[45]\.2\.1$/,
    blames: 'recipient',
  },
  {
    name: 'mailbox-full',
    source: 'RFC 3463 §3.3',
    example: "452 4.2.2 The recipient's inbox is out of space. - gsmtp",
    enhanced: /^[45]\.2\.2$/,
    blames: 'recipient',
  },
  {
    name: 'message-too-long',
    source: 'RFC 3463 §3.3, §3.4',
    example: '552 5.3.4 Message size limit',
    enhanced: /^[45]\.(?:2\.3|3\.4)$/,
    blames: 'message',
  },
  {
    name: 'mailbox-trouble',
    source: 'RFC 3463 §3.3',
    example: '450 4.2.0 Mailbox busy',
    enhanced: /^[45]\.2\./,
    blames: 'receiver',
  },
  {
    name: 'receiver-trouble',
    source: 'RFC 3463 §3.4, §3.5',
    example: '451 4.3.0 Temporary lookup failure',
    enhanced: /^[45]\.[34]\./,
    blames: 'receiver',
  },
  {
    name: 'protocol',
    source: 'RFC 3463 §3.6',
    example: '503 5.5.1 Error: need MAIL command',
    enhanced: /^[45]\.5\./,
    blames: 'relay',
  },
  {
    name: 'content',
    source: 'RFC 3463 §3.7',
    example: '554 5.6.0 Message contains invalid header',
    enhanced: /^[45]\.6\./,
    blames: 'message',
  },
  {
    name: 'not-signed-in',
    source: 'RFC 4954 §6',
    example: '530 5.7.0 Authentication required',
    codes: [432, 454, 530, 534, 535, 538],
    blames: 'relay',
  },
  {
    name: 'authentication-failed',
    source: 'RFC 7372 §3',
    example: '550 5.7.23 SPF validation failed',
    enhanced: /^[45]\.7\.2[0-6]$/,
    blames: 'sender',
  },
  {
    name: 'policy',
    source: 'RFC 3463 §3.8',
    example: '550 5.7.1 Delivery not authorized, message refused',
    enhanced: /^[45]\.7\./,
    blames: 'sender',
  },
];

/** Codes without an enhanced code. The last rule matches every reply. */
export const BASIC_CODE_RULES: readonly ReplyRule[] = [
  {
    name: 'service-closing',
    source: 'RFC 5321 §4.2.3',
    example: '421 smtp.example.org Service not available, closing transmission channel',
    codes: [421],
    blames: 'receiver',
  },
  {
    name: 'command-refused',
    source: 'RFC 5321 §4.2.3',
    example: '501 Syntax error in parameters or arguments',
    codes: [500, 501, 502, 503, 504, 555],
    blames: 'relay',
  },
  {
    name: 'no-mail-here',
    source: 'RFC 7504 §3, §4',
    example: '556 Domain does not accept mail',
    codes: [521, 556],
    blames: 'recipient',
  },
  {
    name: 'mailbox-unavailable',
    source: 'RFC 5321 §4.2.3',
    example: '550 Requested action not taken: mailbox unavailable',
    codes: [550, 551, 553],
    // “Not found, no access, or for policy reasons”: the cause is not clear.
    blames: 'nobody',
  },
  {
    name: 'refused',
    source: 'RFC 5321 §4.2.1',
    example: '554 Transaction failed',
    codeClass: 5,
    blames: 'nobody',
  },
  {
    name: 'not-now',
    source: 'RFC 5321 §4.2.1',
    example: '451 Requested action aborted: error in processing',
    codeClass: 4,
    blames: 'nobody',
  },
  {
    name: 'not-understood',
    source: 'RFC 5321 §4.2.1',
    example: '354 Start mail input',
    blames: 'nobody',
  },
];
