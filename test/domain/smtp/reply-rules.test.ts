import { describe, expect, it } from 'vitest';
import { REPLY_RULES } from '../../../src/domain/smtp/reply-rules.ts';
import { classifyReply, parseSmtpReply } from '../../../src/domain/smtp/smtp-reply.ts';

const named = REPLY_RULES.map((rule) => [rule.name, rule] as const);

function nameFor(response: string): string {
  return classifyReply(parseSmtpReply(response)).rule.name;
}

describe('Reply rules', () => {
  it.each(named)(
    'The rule “%s” matches its example, so no earlier rule hides it',
    (name, { example }) => {
      expect(nameFor(example)).toBe(name);
    },
  );

  it.each(named)('The rule “%s” has a source', (_name, { source }) => {
    expect(source).toMatch(/^(?:RFC \d{3,5}(?: §[\d.]+(?:, §[\d.]+)*)?|https:\/\/\S+)$/);
  });

  it('The names of rules are unique', () => {
    expect(new Set(REPLY_RULES.map(({ name }) => name)).size).toBe(REPLY_RULES.length);
  });

  it('Every reply matches a rule, even a malformed one', () => {
    for (let code = 0; code < 1000; code++) expect(nameFor(`${code} x`)).not.toBe('');
    expect(nameFor('')).toBe('not-understood');
  });

  it('The name of a mailbox does not change the rule', () => {
    expect(nameFor('550 5.1.1 <spam@spamhaus.example>: not here')).toBe('no-such-mailbox');
    expect(nameFor('550 5.1.1 dmarc.virus@greylist.example is not here')).toBe('no-such-mailbox');
  });
});

/** Further real replies. */
const REAL_REPLIES: [reply: string, rule: string][] = [
  [
    "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n550-5.1.1 double-checking the recipient's email address for typos or\r\n550 5.1.1 unnecessary spaces. - gsmtp",
    'no-such-mailbox',
  ],
  [
    '550 5.7.1 [192.0.2.7 19] Gmail has detected that this message is likely suspicious due to the very low reputation of the sending domain.',
    'gmail-unsolicited',
  ],
  ['550 5.7.26 Unauthenticated email from example.org is not accepted', 'gmail-unauthenticated'],
  [
    '450 4.2.1 The user you are trying to contact is receiving mail too quickly.',
    'gmail-receiving-rate',
  ],
  ['552 5.2.2 The email account that you tried to reach is over quota. - gsmtp', 'mailbox-full'],
  [
    '550 5.7.1 Your email was rejected due to having a domain present in the Spamhaus DBL',
    'spamhaus',
  ],
  ['451 4.7.1 Service unavailable - try again later', 'policy'],
  ['550 5.7.509 Access denied, sending domain does not pass DMARC verification', 'dmarc'],
  ['550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by policy', 'policy'],
  ['421 RP-001 The mail server has exceeded the rate limit allowed.', 'outlook-rate'],
  ['553 5.7.2 [TSS11] All messages from 192.0.2.7 will be permanently deferred', 'yahoo-deferred'],
  ['550 relay not permitted', 'relaying-denied'],
  ['550 5.7.1 Relaying denied. Proper authentication required.', 'relaying-denied'],
  ['550 5.1.1 ada... User unknown', 'no-such-mailbox'],
  ['550 sorry, no mailbox here by that name (#5.1.1)', 'unknown-user-words'],
  [
    '450 4.1.1 <ada@example.org>: Recipient address rejected: unverified address',
    'no-such-mailbox',
  ],
  ['451 4.3.0 <ada@example.org>: Temporary lookup failure', 'receiver-trouble'],
  ['554 5.4.14 Hop count exceeded - possible mail loop', 'receiver-trouble'],
  ['535 5.7.8 Error: authentication failed', 'not-signed-in'],
  ['421 4.7.0 smtp.example.org Error: too many connections from 192.0.2.7', 'rate-limited'],
  ['550 This message scored 9.1 spam points.', 'spam-or-virus'],
];

describe('Real replies', () => {
  it.each(REAL_REPLIES)('The reply “%.60s” matches the rule %s', (reply, rule) => {
    expect(nameFor(reply)).toBe(rule);
  });
});
