import { describe, expect, it } from 'vitest';
import {
  decideDeliveryResult,
  formatReply,
  type SendOutcome,
} from '../../../src/domain/deliveries/outcome.ts';
import { parseSmtpReply } from '../../../src/domain/smtp/smtp-reply.ts';

const SEND_AT = new Date('2026-05-08T07:00Z');
const relay = 'smtp.example.org';
const delivery = {
  kind: 'daily',
  sendAt: SEND_AT,
  attempts: 1,
  now: SEND_AT,
  random: 0.5,
} as const;

function answered(response: string): SendOutcome {
  return { kind: 'answered', reply: parseSmtpReply(response), relay };
}

describe('settle', () => {
  it('records what the relay accepted as sent, with its words', () => {
    expect(decideDeliveryResult(answered('250 2.0.0 Ok: queued as 4F2A'), delivery)).toEqual({
      state: 'sent',
      reply: '250 2.0.0 Ok: queued as 4F2A',
    });
  });

  it('records a refusal as failed at the first try', () => {
    expect(decideDeliveryResult(answered('550 5.1.1 No such user'), delivery)).toEqual({
      state: 'failed',
      reply: '550 5.1.1 No such user',
    });
  });

  it('tries again later what the relay puts off', () => {
    expect(decideDeliveryResult(answered('451 4.7.1 Greylisted'), delivery)).toEqual({
      state: 'deferred',
      nextAt: new Date('2026-05-08T07:05Z'),
      reply: '451 4.7.1 Greylisted',
    });
  });

  it('tries again later what it could not understand', () => {
    expect(decideDeliveryResult(answered('what?'), delivery)).toMatchObject({
      state: 'deferred',
      reply: '0 what?',
    });
  });

  it('tries again later what was never handed over', () => {
    expect(
      decideDeliveryResult({ kind: 'unsent', problem: 'connection refused', relay }, delivery),
    ).toEqual({
      state: 'deferred',
      nextAt: new Date('2026-05-08T07:05Z'),
      detail: 'connection refused',
    });
  });

  it('holds what nobody can know, and names no time for another try', () => {
    expect(
      decideDeliveryResult({ kind: 'unknown', problem: 'connection lost', relay }, delivery),
    ).toEqual({
      state: 'unknown',
      detail: 'connection lost',
    });
  });

  it.each([
    ['daily', '2026-05-09T06:54:59Z', 'deferred'],
    ['daily', '2026-05-09T06:55:00Z', 'expired'],
    ['weekly', '2026-05-09T06:55:00Z', 'deferred'],
    ['weekly', '2026-05-15T06:54:59Z', 'deferred'],
    ['weekly', '2026-05-15T06:55:00Z', 'expired'],
  ] as const)('of a %s digest put off at %s is %s', (kind, now, state) => {
    const late = { ...delivery, kind, now: new Date(now) };
    const settled = decideDeliveryResult(answered('451 4.7.1 Greylisted'), late);
    expect(settled).toMatchObject({ state, reply: '451 4.7.1 Greylisted' });
    expect('nextAt' in settled).toBe(state === 'deferred');
    expect(decideDeliveryResult({ kind: 'unsent', problem: 'refused', relay }, late).state).toBe(
      state,
    );
  });

  it('waits longer after each try, and comes to an end', () => {
    let now = SEND_AT;
    const waits: number[] = [];
    for (let attempts = 1; attempts < 100; attempts++) {
      const { nextAt } = decideDeliveryResult(answered('421 Busy'), { ...delivery, attempts, now });
      if (!nextAt) break;
      waits.push((nextAt.getTime() - now.getTime()) / 60_000);
      now = nextAt;
    }
    expect(waits.slice(0, 6)).toEqual([5, 10, 20, 40, 60, 60]);
    expect(waits.length).toBeLessThan(30);
    expect(now.getTime()).toBeLessThan(SEND_AT.getTime() + 86_400_000);
  });
});

describe('what is recorded', () => {
  it('holds no address, since it is kept longer than the reader', () => {
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

describe('describeReply', () => {
  it('is one line, without gaps for what is missing, and not endless', () => {
    expect(formatReply(parseSmtpReply('550-5.1.1 No\r\n550 5.1.1 such user'))).toBe(
      '550 5.1.1 No such user',
    );
    expect(formatReply(parseSmtpReply('250'))).toBe('250');
    expect(formatReply(parseSmtpReply(`550 ${'x'.repeat(5000)}`))).toHaveLength(500);
  });
});
