import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplyParser } from '../../../src/relay/session/reply-parser.ts';
import type { SessionEvent } from '../../../src/relay/session/session-state.ts';
import { STAGES, type StageName } from '../../../src/relay/session/stages.ts';
import { createModelSession, type ModelSession } from '../support/session-model.ts';

const PIPELINING = [
  ['with PIPELINING', true],
  ['without PIPELINING', false],
] as const;

/** What a relay may do instead of its usual reply. */
const FAULTS = {
  '4yz': (session) => session.reply('451 4.3.0 Later'),
  '5yz': (session) => session.reply('550 5.1.1 No'),
  'a 5yz of several lines': (session) => session.reply('550-5.1.1 No\n550 5.1.1 Really'),
  '421': (session) => session.reply('421 4.3.2 Down'),
  'another 2yz': (session) => session.reply('299 What'),
  'a 354': (session) => session.reply('354 Go on'),
  'a cut': (session) => session.apply({ kind: 'closed' }),
  'a broken connection': (session) => session.apply({ kind: 'broken', message: 'ECONNRESET' }),
  nonsense: (session) => session.apply({ kind: 'malformed', line: 'what?' }),
  silence: (session) => {
    const { timeoutSeconds } = STAGES[session.state.phase];
    for (let second = 0; second <= timeoutSeconds; second += 1) session.apply({ kind: 'tick' });
  },
} as const satisfies Record<string, (session: ModelSession) => void>;

type Fault = keyof typeof FAULTS;

const REFUSALS: readonly Fault[] = ['4yz', '5yz', 'a 5yz of several lines'];
const FAULT_NAMES = Object.keys(FAULTS) as Fault[];

const codeOf = (fault: Fault) => (fault === '4yz' ? '451' : '550');

/** The outcome of the message, and whether the session goes on, when `fault` happens at `stage`.
 *  `taken`: the message was never begun. */
function expectOutcome(stage: StageName, fault: Fault): { outcome: string; goesOn: boolean } {
  const isRefusal = REFUSALS.includes(fault);
  switch (stage) {
    case 'connect':
    case 'greeting':
    case 'authLogin':
    case 'authUser':
    case 'auth':
    case 'tls':
    case 'startTls':
    case 'helo':
      return { outcome: 'waits', goesOn: false };
    case 'ehlo':
      // A 5yz to EHLO is followed by HELO, without AUTH.
      return { outcome: 'waits', goesOn: false };
    case 'mail':
    case 'rcpt':
      if (fault === 'another 2yz') return { outcome: 'accepted', goesOn: true };
      return isRefusal
        ? { outcome: codeOf(fault), goesOn: true }
        : { outcome: 'unsent', goesOn: false };
    case 'data':
      if (fault === 'a 354') return { outcome: 'accepted', goesOn: true };
      return isRefusal
        ? { outcome: codeOf(fault), goesOn: true }
        : { outcome: 'unsent', goesOn: false };
    case 'body':
      return { outcome: isRefusal ? codeOf(fault) : 'unsent', goesOn: false };
    case 'dot':
      if (isRefusal) return { outcome: codeOf(fault), goesOn: true };
      if (fault === 'another 2yz') return { outcome: 'accepted', goesOn: true };
      if (fault === '421') return { outcome: '421', goesOn: false };
      return { outcome: 'unknown', goesOn: false };
    default:
      throw new Error(`No fault is tried at ${stage}.`);
  }
}

const STAGES_WITH_FAULTS = [
  ...(['greeting', 'ehlo', 'auth'] as const),
  ...(['mail', 'rcpt', 'data', 'body', 'dot'] as const),
] satisfies StageName[];

const CASES = PIPELINING.flatMap(([how, hasPipelining]) =>
  STAGES_WITH_FAULTS.flatMap((stage) =>
    FAULT_NAMES.map((fault) => ({ how, hasPipelining, stage, fault })),
  ),
);

describe('A fault at any command', () => {
  it.each(CASES)(
    '$how, $fault at $stage has its exact outcome and nothing is sent twice',
    ({ hasPipelining, stage, fault }) => {
      const session = createModelSession({ hasPipelining, names: ['one', 'two'] });
      session.proceedTo(stage);
      const reached = session.state.phase;
      FAULTS[fault](session);
      // A 5yz to EHLO is not yet the end: HELO follows, and it offers no AUTH.
      session.proceedTo('idle');
      const { outcome, goesOn } = expectOutcome(stage, fault);
      expect(reached).toBe(stage);
      expect(session.outcomes.get('one') ?? 'waits').toBe(outcome);
      expect(session.problem === null).toBe(goesOn);
      expect(session.problem ?? '').not.toContain('secret');
      // The second message is sent where the session goes on, else it waits or is given back.
      if (goesOn) expect(session.outcomes.get('two')).toBe('accepted');
      else expect(['unsent', 'waits']).toContain(session.outcomes.get('two') ?? 'waits');
      const wasSent = ['accepted', 'unknown'].includes(outcome) || stage === 'dot';
      expect(session.dots.get('one') ?? 0).toBe(wasSent ? 1 : 0);
      expect(session.dots.get('two') ?? 0).toBe(goesOn ? 1 : 0);
    },
  );

  it.each(PIPELINING)('A message is sent whole and once, %s', (_how, hasPipelining) => {
    const session = createModelSession({ hasPipelining, names: ['one', 'two', 'three'] });
    session.proceedTo('idle');
    expect([...session.outcomes.values()]).toEqual(['accepted', 'accepted', 'accepted']);
    expect([...session.dots.values()]).toEqual([1, 1, 1]);
  });

  it.each(['mail', 'rcpt', 'data'] as const)(
    'A 421 to a pipelined message at %s leaves the reply to the message before as it is',
    (stage) => {
      const session = createModelSession({ hasPipelining: true, names: ['one', 'two'] });
      session.proceedTo(stage, 2);
      session.reply('421 4.3.2 Down');
      expect([...session.outcomes]).toEqual([
        ['one', 'accepted'],
        ['two', 'unsent'],
      ]);
    },
  );

  it.each([
    ['a cut', 'unknown'],
    ['nonsense', 'unknown'],
    ['silence', 'unknown'],
    ['421', '421'],
    ['4yz', '451'],
    ['a 354', 'unknown'],
  ] as const)('A pipelined message is never sent behind %s at the dot before', (fault, outcome) => {
    const session = createModelSession({ hasPipelining: true, names: ['one', 'two'] });
    session.proceedTo('dot');
    FAULTS[fault](session);
    expect(session.outcomes.get('one')).toBe(outcome);
    expect(session.dots.get('two')).toBeUndefined();
    expect(session.outcomes.get('two')).toBe(fault === '4yz' ? null : 'unsent');
  });

  it('A second 354 that comes before the reply to the dot makes the message unknown', () => {
    const session = createModelSession({ hasPipelining: true, names: ['one', 'two'] });
    session.proceedTo('dot');
    session.reply('354 Go on');
    expect([...session.outcomes]).toEqual([
      ['one', 'unknown'],
      ['two', 'unsent'],
    ]);
  });

  it('After a refused recipient and a 354, a lone dot is all that is sent (RFC 2920 §3.1)', () => {
    const session = createModelSession({ hasPipelining: true, names: ['one', 'two'] });
    session.proceedTo('rcpt');
    session.reply('550 5.1.1 No such user');
    session.reply('354 Go on');
    expect(session.written.slice(-1)).toEqual(['.\r\n']);
    expect(session.written).not.toContain('<one>');
    session.proceedTo('idle');
    expect([...session.outcomes]).toEqual([
      ['one', '550'],
      ['two', 'accepted'],
    ]);
  });

  it.each(['loneDot', 'reset'] as const)(
    'A fault at %s leaves the refusal before as the outcome',
    (stage) => {
      for (const fault of ['a cut', 'nonsense', '421', 'silence'] as const) {
        const session = createModelSession({ hasPipelining: true, names: ['one'] });
        session.proceedTo('rcpt');
        session.reply('550 5.1.1 No such user');
        session.reply(stage === 'loneDot' ? '354 Go on' : '554 5.5.1 No recipients');
        expect(session.state.phase).toBe(stage);
        FAULTS[fault](session);
        expect(session.outcomes.get('one')).toBe('550');
        expect(session.problem).not.toBeNull();
      }
    },
  );

  it.each(['greeting', 'ehlo', 'auth'] as const)(
    'A reply at %s that is followed by another one ends the session',
    (stage) => {
      const session = createModelSession({ hasPipelining: true, names: ['one'] });
      session.proceedTo(stage);
      session.reply(stage === 'greeting' ? '220 a' : '250 a', true);
      expect(session.problem).not.toBeNull();
      expect(session.queue).toEqual(['one']);
    },
  );

  it('A message that must not be sent any more is cancelled before its dot', () => {
    const session = createModelSession({
      hasPipelining: true,
      names: ['one'],
      maySend: () => false,
    });
    session.proceedTo('idle');
    expect([...session.outcomes]).toEqual([['one', 'unsent']]);
    expect(session.dots.size).toBe(0);
  });
});

describe('Replies that are divided or joined', () => {
  const REPLIES = '250-2.1.0 Ok\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go on\r\n';

  it.each(Array.from({ length: REPLIES.length + 1 }, (_, at) => at))(
    'The replies to a pipelined envelope are understood when they are divided at byte %i',
    (at) => {
      const session = createModelSession({ hasPipelining: true, names: ['one'] });
      session.proceedTo('mail');
      const parser = createReplyParser({
        onReply: (reply, isFollowed) => session.apply({ kind: 'reply', reply, isFollowed }),
        onMalformed: (line) => session.apply({ kind: 'malformed', line }),
      });
      for (const part of [REPLIES.slice(0, at), REPLIES.slice(at)]) parser.feed(Buffer.from(part));
      expect(session.state.phase).toBe('body');
      session.proceedTo('idle');
      expect(session.outcomes.get('one')).toBe('accepted');
    },
  );
});

describe('Whatever happens to a session', () => {
  const happenings: fc.Arbitrary<SessionEvent | 'usual'> = fc.oneof(
    { weight: 12, arbitrary: fc.constant('usual' as const) },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom('250 Ok', '354 Go', '451 Later', '550 No', '421 Down', '220 a', '334 b')
        .map((text): SessionEvent => {
          return {
            kind: 'reply',
            reply: { code: Number(text.slice(0, 3)), text },
            isFollowed: false,
          };
        }),
    },
    fc.constantFrom<SessionEvent>(
      ...([{ kind: 'closed' }, { kind: 'broken', message: 'reset' }] as const),
      ...([{ kind: 'malformed', line: 'what?' }, { kind: 'tick' }] as const),
      ...([{ kind: 'end', problem: 'The relay is closed.' }] as const),
      { kind: 'written', isWhole: true, maySend: true },
    ),
  );

  it('Each message has one outcome, and only one whose dot was sent is accepted or unknown', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(happenings, { maxLength: 60 }),
        (hasPipelining, events) => {
          const names = Array.from({ length: 8 }, (_, n) => `m${n}`);
          const session = createModelSession({ hasPipelining, names });
          for (const event of events) {
            if (event === 'usual') session.proceed();
            else session.apply(event);
          }
          session.apply({ kind: 'end', problem: 'The test is over.' });
          for (const [name, outcome] of session.outcomes) {
            const dots = session.dots.get(name) ?? 0;
            expect([name, outcome]).not.toEqual([name, null]);
            expect(dots).toBeLessThanOrEqual(1);
            if (outcome === 'accepted' || outcome === 'unknown') expect(dots).toBe(1);
            if (outcome === 'unsent') expect(dots).toBe(0);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
