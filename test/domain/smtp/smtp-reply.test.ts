import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REPLY_RULES } from '../../../src/domain/smtp/reply-rules.ts';
import { classifyReply, parseSmtpReply } from '../../../src/domain/smtp/smtp-reply.ts';

describe('Parsing a reply', () => {
  it.each([
    ['250 2.0.0 Ok: queued as 4F2A', 250, '2.0.0', 'Ok: queued as 4F2A'],
    ['250 OK', 250, null, 'OK'],
    ['250', 250, null, ''],
    ['250OK', 250, null, 'OK'],
    ['550 5.1.1', 550, '5.1.1', ''],
    ['550 5.1.10 Recipient not found', 550, '5.1.10', 'Recipient not found'],
    ['550 5.1.1000 Odd', 550, null, '5.1.1000 Odd'],
    ['550 <ada@b.co>: 5.1.1 later in the text', 550, null, '<ada@b.co>: 5.1.1 later in the text'],
    ['550 10.5.1.1 is listed', 550, null, '10.5.1.1 is listed'],
    ['  451 4.7.1 Greylisted \r\n', 451, '4.7.1', 'Greylisted'],
    [
      '550-5.1.1 No such user.\r\n550 5.1.1 See example.org',
      550,
      '5.1.1',
      'No such user. See example.org',
    ],
    ['550-Refused\n550-\n550 5.2.1 Closed', 550, '5.2.1', 'Refused Closed'],
    ['550 First\nsecond without a code', 550, null, 'First second without a code'],
    ['no number at all', 0, null, 'no number at all'],
    ['1234 is no code', 0, null, '1234 is no code'],
    ['', 0, null, ''],
  ])('The reply %j is parsed', (response, code, enhanced, text) => {
    expect(parseSmtpReply(response)).toEqual({ code, enhanced, text });
  });

  it('No text after the code hides the code', () => {
    expect(parseSmtpReply('250 2.0.0 Ok: queued as \u2028 4F2A').code).toBe(250);
    const codes = fc.integer({ min: 200, max: 599 });
    const texts = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(codes, texts, (code, text) => parseSmtpReply(`${code} ${text}`).code === code),
    );
  });
});

describe('Classifying a reply', () => {
  it.each([
    ['250 2.0.0 Ok', 'accepted'],
    ['252 Cannot verify', 'accepted'],
    ['421 4.3.2 Shutting down', 'retry'],
    ['450 4.2.1 Mailbox busy', 'retry'],
    ['500 Syntax error', 'refused'],
    ['550 5.7.1 Blocked', 'refused'],
    ['599 Odd', 'refused'],
    ['354 Go on', 'retry'],
    ['600 Odd', 'retry'],
    ['199 Odd', 'retry'],
    ['what?', 'retry'],
  ])('The reply “%s” is %s', (response, replyClass) => {
    expect(classifyReply(parseSmtpReply(response)).replyClass).toBe(replyClass);
  });
});

describe('A refusal', () => {
  it('A refusal because of a block list blames the sender', () => {
    const listed = '550 5.7.1 Client host [192.0.2.7] blocked using zen.spamhaus.org';
    expect(classifyReply(parseSmtpReply(listed))).toEqual({
      replyClass: 'refused',
      blames: 'sender',
      shouldSuppress: false,
      slowsDomain: false,
      rule: { name: 'spamhaus', source: 'https://check.spamhaus.org/' },
    });
  });

  it.each([
    ['550 5.1.1 <ada@example.org>: User unknown', 'recipient'],
    ['550 No such user', 'recipient'],
    ['552 5.3.4 Message too big', 'message'],
    ['550 5.7.26 Unauthenticated', 'sender'],
    ['554 5.7.1 Relay access denied', 'relay'],
    ['554 5.3.0 Disk failure', 'receiver'],
    ['550 No', 'nobody'],
  ])('The reply “%s” blames the %s', (response, blames) => {
    expect(classifyReply(parseSmtpReply(response))).toMatchObject({
      replyClass: 'refused',
      blames,
    });
  });
});

describe('An address', () => {
  const suppresses = (response: string) => classifyReply(parseSmtpReply(response)).shouldSuppress;

  it.each(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'])(
    'An address is suppressed by %s',
    (enhanced) => {
      expect(suppresses(`550 ${enhanced} No`)).toBe(true);
      expect(suppresses(`550 ${enhanced} <ada@example.org>: User unknown`)).toBe(true);
    },
  );

  it.each([
    ...['550 5.1.0 No', '550 5.1.4 No', '550 5.1.7 Bad sender', '550 5.1.8 Bad sender domain'],
    ...['552 5.2.2 Full', '550 5.4.1 No route', '550 5.7.1 Blocked', '550 5.7.26 Unauthenticated'],
    ...['550 No such user', '550 5.1.11 No', '450 5.1.1 No', '450 4.1.1 Not now', '250 5.1.1 Ok?'],
    ...['User unknown', '', '550 5.1.1 Client host blocked using zen.spamhaus.org'],
    '550 5.2.1 The user you are trying to contact is receiving mail at a rate that …',
  ])('An address is not suppressed by “%s”', (response) => {
    expect(suppresses(response)).toBe(false);
  });

  it('An address is suppressed only by the listed codes, whatever the text', () => {
    const words = REPLY_RULES.map(({ example }) => example.slice(4));
    const codes = ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'];
    fc.assert(
      fc.property(anyReply(words), (response) => {
        const reply = parseSmtpReply(response);
        if (!classifyReply(reply).shouldSuppress) return;
        expect(codes).toContain(reply.enhanced);
        expect(Math.floor(reply.code / 100)).toBe(5);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('Codes about the sender', () => {
  it('The codes 5.7.x, 5.1.7 and 5.1.8 never blame the recipient, whatever the text', () => {
    const words = REPLY_RULES.map(({ example }) => example.slice(4).replace(/^\d\.\d+\.\d+ /, ''));
    const about = fc.constantFrom('5.7.1', '5.7.0', '4.7.1', '5.7.606', '5.1.7', '5.1.8', '4.1.8');
    fc.assert(
      fc.property(about, fc.constantFrom(...words), (enhanced, text) => {
        const { blames } = classifyReply(parseSmtpReply(`${enhanced[0]}50 ${enhanced} ${text}`));
        expect(blames).not.toBe('recipient');
      }),
    );
  });
});

describe('The domain of a recipient', () => {
  const slows = (response: string) => classifyReply(parseSmtpReply(response)).slowsDomain;

  it.each([
    ...['421 Busy', '421 4.3.2 Shutting down', '450 4.7.1 Not now', '451 4.7.650 Too fast'],
    ...['452 Too many connections', '550 5.7.1 You are sending too fast', '451 Throttled'],
  ])('Mail to a domain is slowed down after “%s”', (response) => {
    expect(slows(response)).toBe(true);
  });

  it.each([
    ...['250 Ok', '450 4.2.0 Mailbox busy', '451 4.3.0 Try again', '550 5.7.1 Blocked'],
    ...['550 4.7.1 Odd', '451 Greylisted', 'what?', '550 5.1.1 No such user', '250 4.7.1 Odd'],
  ])('Mail to a domain is not slowed down after “%s”', (response) => {
    expect(slows(response)).toBe(false);
  });
});

/** Replies with arbitrary codes and texts that rules match. */
function anyReply(words: readonly string[]): fc.Arbitrary<string> {
  const fragment = fc.integer({ min: 0, max: 11 });
  const enhanced = fc
    .tuple(fc.constantFrom(2, 4, 5), fragment, fragment)
    .map((parts) => parts.join('.'));
  return fc
    .tuple(fc.integer({ min: 200, max: 599 }), fc.option(enhanced), fc.constantFrom(...words, 'No'))
    .map((parts) => parts.filter((each) => each !== null).join(' '));
}
