import { describe, expect, it } from 'vitest';
import { decideStep, type SessionPhase } from '../../../src/domain/smtp/transaction-protocol.ts';

const FACTS = { hasPipelining: true, hasMessage: true, isMailFromAccepted: true };

const decide = (phase: SessionPhase, code: number, changes: Partial<typeof FACTS> = {}) => {
  const { step, isRefusal } = decideStep(phase, code, { ...FACTS, ...changes });
  return isRefusal ? `refused, ${step}` : step;
};

describe('The next step of an SMTP session', () => {
  it.each([
    ['mail', 'awaitRcpt', 'sendRcpt'],
    ['rcpt', 'awaitData', 'sendData'],
  ] as const)(
    'After a success at %s, pipelining awaits and else a command follows',
    (phase, pipelined, single) => {
      expect(decide(phase, 250)).toBe(pipelined);
      expect(decide(phase, 250, { hasPipelining: false })).toBe(single);
    },
  );

  it.each([
    ['mail', 'awaitRcpt', 'startNext'],
    ['rcpt', 'awaitData', 'sendReset'],
  ] as const)('A refusal at %s refuses the message', (phase, pipelined, single) => {
    for (const code of [450, 550]) {
      expect(decide(phase, code)).toBe(`refused, ${pipelined}`);
      expect(decide(phase, code, { hasPipelining: false })).toBe(`refused, ${single}`);
    }
  });

  it('After 354 the message is sent, or a lone dot when it was refused before', () => {
    expect(decide('data', 354)).toBe('sendBody');
    expect(decide('data', 354, { hasMessage: false })).toBe('sendLoneDot');
  });

  it('A refusal of DATA resets the transaction, unless MAIL was refused too', () => {
    expect(decide('data', 554)).toBe('refused, sendReset');
    expect(decide('data', 554, { isMailFromAccepted: false })).toBe('refused, startNext');
  });

  it('A refusal before the end of the message ends the session', () => {
    expect(decide('body', 552)).toBe('refused, endAfterEarlyRefusal');
  });

  it.each([250, 421, 451, 550])('The reply %i to the final dot is that of the message', (code) => {
    expect(decide('dot', code)).toBe('completeMessage');
  });

  it('Any reply to a lone dot, and a success of RSET, make the session free', () => {
    for (const code of [250, 354, 554]) expect(decide('loneDot', code)).toBe('startNext');
    expect(decide('reset', 250)).toBe('startNext');
    expect(decide('reset', 500)).toBe('fail');
  });

  it.each(['mail', 'rcpt', 'data', 'body', 'loneDot', 'reset', 'idle'] as const)(
    'A 421 at %s makes the connection unusable',
    (phase) => {
      expect(decide(phase, 421)).toBe('fail');
    },
  );

  it.each([
    ['mail', 354],
    ['rcpt', 354],
    ['data', 250],
    ['body', 250],
    ['dot', 354],
    ['idle', 250],
  ] as const)('A reply out of place at %s, %i, makes the connection unusable', (phase, code) => {
    expect(decide(phase, code)).toBe('fail');
  });

  it('Any reply to QUIT ends the session', () => {
    for (const code of [221, 421, 500]) expect(decide('quit', code)).toBe('endAfterQuit');
  });
});
