import { describe, expect, it } from 'vitest';
import { isGoneForGood, judgeReply, parseReply } from '../../src/domain/smtp-reply.ts';

describe('parseReply', () => {
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
  ])('reads %j', (response, code, enhanced, text) => {
    expect(parseReply(response)).toEqual({ code, enhanced, text });
  });
});

describe('judgeReply', () => {
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
  ])('takes “%s” as %s', (response, verdict) => {
    expect(judgeReply(parseReply(response))).toBe(verdict);
  });
});

describe('isGoneForGood', () => {
  it.each(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'])('is true of %s', (enhanced) => {
    expect(isGoneForGood(parseReply(`550 ${enhanced} No`))).toBe(true);
  });

  it.each([
    ...['550 5.1.0 No', '550 5.1.4 No', '550 5.1.7 Bad sender', '550 5.1.8 Bad sender domain'],
    ...['552 5.2.2 Full', '550 5.4.1 No route', '550 5.7.1 Blocked', '550 5.7.26 Unauthenticated'],
    ...['550 No such user', '550 5.1.11 No', '450 5.1.1 No', '450 4.1.1 Not now', '250 5.1.1 Ok?'],
    ...['User unknown', ''],
  ])('is false of “%s”: better one failed mail than a lost reader', (response) => {
    expect(isGoneForGood(parseReply(response))).toBe(false);
  });
});
