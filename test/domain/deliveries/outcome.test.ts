import { describe, expect, it } from 'vitest';
import {
  concludeAttempt,
  decideDeliveryResult,
  formatReply,
  type SendOutcome,
} from '../../../src/domain/deliveries/outcome.ts';
import { parseSmtpReply } from '../../../src/domain/smtp/smtp-reply.ts';

const SEND_AT = new Date('2026-05-08T07:00Z');
const relay = 'smtp.example.org';
const delivery = {
  expiresAt: new Date('2026-05-09T07:00Z'),
  attempts: 1,
  now: SEND_AT,
  random: 0.5,
} as const;

function answered(response: string): SendOutcome {
  return { kind: 'answered', reply: parseSmtpReply(response), relay };
}

describe('decideDeliveryResult', () => {
  const IN_FIVE_MINUTES = new Date('2026-05-08T07:05Z');

  it.each<[string, SendOutcome, ReturnType<typeof decideDeliveryResult>]>([
    [
      'that is accepted is sent',
      answered('250 2.0.0 Ok: queued as 4F2A'),
      { state: 'sent', reply: '250 2.0.0 Ok: queued as 4F2A' },
    ],
    [
      'that is refused fails at the first attempt',
      answered('550 5.1.1 No such user'),
      { state: 'failed', reply: '550 5.1.1 No such user' },
    ],
    [
      'with a temporary error is deferred',
      answered('451 4.7.1 Greylisted'),
      { state: 'deferred', nextAt: IN_FIVE_MINUTES, reply: '451 4.7.1 Greylisted' },
    ],
    [
      'whose reply cannot be parsed is deferred',
      answered('what?'),
      { state: 'deferred', nextAt: IN_FIVE_MINUTES, reply: '0 what?' },
    ],
    [
      'that never reached the relay is deferred',
      { kind: 'unsent', problem: 'connection refused', relay },
      { state: 'deferred', nextAt: IN_FIVE_MINUTES, detail: 'connection refused' },
    ],
    [
      'that we cancelled before its final dot is due at once',
      { kind: 'cancelled', problem: 'Sending was cancelled.', relay },
      { state: 'pending', nextAt: SEND_AT },
    ],
    [
      'with an unknown outcome is not retried',
      { kind: 'unknown', problem: 'connection lost', relay },
      { state: 'unknown', detail: 'connection lost' },
    ],
  ])('A mail %s', (_what, outcome, result) => {
    expect(decideDeliveryResult(outcome, delivery)).toEqual(result);
  });

  it.each([
    ['2026-05-09T06:54:59Z', 'deferred'],
    ['2026-05-09T06:55:00Z', 'expired'],
  ] as const)('A digest that is deferred at %s becomes %s', (now, state) => {
    const late = { ...delivery, now: new Date(now) };
    const result = decideDeliveryResult(answered('451 4.7.1 Greylisted'), late);
    expect(result).toMatchObject({ state, reply: '451 4.7.1 Greylisted' });
    expect('nextAt' in result).toBe(state === 'deferred');
    expect(decideDeliveryResult({ kind: 'unsent', problem: 'refused', relay }, late).state).toBe(
      state,
    );
  });

  it('A delivery that expires says what the last problem was', () => {
    const late = { ...delivery, now: delivery.expiresAt };
    expect(decideDeliveryResult(answered('451 4.7.1 Greylisted'), late)).toEqual({
      state: 'expired',
      reply: '451 4.7.1 Greylisted',
    });
    expect(decideDeliveryResult({ kind: 'unsent', problem: 'refused', relay }, late)).toEqual({
      state: 'expired',
      detail: 'refused',
    });
  });

  it('The delay of a retry grows with each attempt until the delivery expires', () => {
    let now = SEND_AT;
    const delays: number[] = [];
    for (let attempts = 1; attempts < 100; attempts++) {
      const { nextAt } = decideDeliveryResult(answered('421 Busy'), { ...delivery, attempts, now });
      if (!nextAt) break;
      delays.push((nextAt.getTime() - now.getTime()) / 60_000);
      now = nextAt;
    }
    expect(delays.slice(0, 6)).toEqual([5, 10, 20, 40, 60, 60]);
    expect(delays.length).toBeLessThan(30);
    expect(now.getTime()).toBeLessThan(SEND_AT.getTime() + 86_400_000);
  });
});

describe('concludeAttempt', () => {
  it.each([
    [answered('250 Ok'), 'sent', '250 Ok'],
    [answered('451 4.7.1 Greylisted'), 'deferred', '451 4.7.1 Greylisted'],
    [answered('550 5.1.1 No such user'), 'failed', '550 5.1.1 No such user'],
    [{ kind: 'unsent', problem: 'connection refused', relay }, 'deferred', 'connection refused'],
    [{ kind: 'cancelled', problem: 'we stop', relay }, 'pending', 'we stop'],
    [{ kind: 'unknown', problem: 'connection lost', relay }, 'unknown', 'connection lost'],
    [{ kind: 'invalid', problem: 'no such header', relay }, 'failed', 'no such header'],
  ] as const)('The outcome %j makes an e-mail %s', (outcome, status, text) => {
    expect(concludeAttempt(outcome)).toEqual({ status, text });
  });
});

describe('A recorded result', () => {
  it('A recorded result contains no address, since it outlives the subscriber', () => {
    const refused = answered('550 5.1.1 <ada@example.org>: no such user');
    expect(decideDeliveryResult(refused, delivery).reply).toBe('550 5.1.1 <…>: no such user');
    const problem = 'The relay hung up on ada@example.org.';
    for (const kind of ['unsent', 'unknown'] as const) {
      expect(decideDeliveryResult({ kind, problem, relay }, delivery).detail).toBe(
        'The relay hung up on ….',
      );
    }
  });
});

describe('formatReply', () => {
  it('A reply is formatted on one line of at most 500 characters, without gaps for missing codes', () => {
    expect(formatReply(parseSmtpReply('550-5.1.1 No\r\n550 5.1.1 such user'))).toBe(
      '550 5.1.1 No such user',
    );
    expect(formatReply(parseSmtpReply('250'))).toBe('250');
    expect(formatReply(parseSmtpReply(`550 ${'x'.repeat(5000)}`))).toHaveLength(500);
  });
});
