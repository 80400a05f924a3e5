import { afterEach, describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../../../src/domain/deliveries/outcome.ts';
import { createMessage } from '../../../../src/domain/smtp/message.ts';
import { createFaults } from '../faults.ts';
import { type Plan, RELAY_EFFECTS, RELAY_STEPS, type RelayFault } from '../plan.ts';
import { createRandom } from '../random.ts';
import { createScheduler } from '../scheduler.ts';
import { createTrace } from '../trace.ts';
import { installVirtualTimers } from '../virtual-timers.ts';
import { createRelayNetwork } from './network.ts';
import { openSimulatedRelay } from './open-relay.ts';

let restore: (() => void) | undefined;
afterEach(() => restore?.());

const buildMessage = (n: number) =>
  createMessage({ from: 'papers@example.org', to: `reader${n}@example.org` }, [
    Buffer.from(`Message-ID: <${n}@example.org>\r\n\r\nHello.\r\n`),
  ]);

/** Sends three messages on one connection; the fault hits the first step that it fits. */
async function sendThree(fault: RelayFault | null, extensions: Plan['extensions'], seed = 1) {
  const scheduler = createScheduler();
  restore = installVirtualTimers(scheduler, scheduler.nowMs);
  const faults = createFaults({
    nowMs: scheduler.nowMs,
    random: createRandom(seed, 'troubles'),
    onHit: () => undefined,
  });
  if (fault) faults.add({ kind: 'relay', process: 'worker-1', atMs: 0, ...fault });
  const [accepted, doubtful, misuses]: [string[], string[], string[]] = [[], [], []];
  const network = createRelayNetwork({
    ...{ scheduler, faults, extensions, random: createRandom(seed, 'latencies') },
    trace: createTrace(scheduler.nowMs, () => undefined),
    watch: {
      onBegin: () => undefined,
      onAccepted: (messageId) => accepted.push(messageId),
      onUnknown: (messageId) => doubtful.push(messageId),
      onMisuse: (text) => misuses.push(text),
    },
  });
  const owner = { name: 'worker-1', isAlive: true, frozenUntilMs: -1, clockOffsetMs: 0 };
  const outcomes = new Map<string, SendOutcome>();
  scheduler.after(0, owner, () => {
    const relay = openSimulatedRelay(network, owner, {
      urls: ['smtp://relay.example.org'],
      maxConnections: 1,
    });
    for (const n of [1, 2, 3])
      void relay
        .send(buildMessage(n))
        .then((outcome) => outcomes.set(`<${n}@example.org>`, outcome));
  });
  await scheduler.run({
    untilMs: () => 3_600_000,
    isDone: () => outcomes.size === 3,
    afterStep: () => undefined,
  });
  restore();
  return { accepted, doubtful, misuses, outcomes };
}

const cases = RELAY_STEPS.flatMap((step) => RELAY_EFFECTS.map((effect) => ({ step, effect })));

describe('The modelled relay', () => {
  it.each([
    { name: 'plain', extensions: [] },
    { name: 'pipelined', extensions: ['PIPELINING'] },
    { name: 'pipelined over TLS', extensions: ['PIPELINING', 'STARTTLS'] },
  ] as const)('It takes each message once from a client ($name)', async ({ extensions }) => {
    const { accepted, misuses, doubtful } = await sendThree(null, extensions);
    expect(accepted).toEqual(['<1@example.org>', '<2@example.org>', '<3@example.org>']);
    expect({ misuses, doubtful }).toEqual({ misuses: [], doubtful: [] });
  });

  it.each(cases)(
    'The client says what became of each message after $effect at $step',
    async ({ step, effect }) => {
      for (const extensions of [[], ['PIPELINING'], ['PIPELINING', 'STARTTLS']] as const)
        for (const seed of [1, 2, 3]) {
          const { accepted, doubtful, misuses, outcomes } = await sendThree(
            { step, effect, delayMs: 4000 },
            extensions,
            seed,
          );
          expect(misuses).toEqual([]);
          expect(outcomes.size).toBe(3);
          expect(new Set(accepted).size).toBe(accepted.length);
          for (const [messageId, outcome] of outcomes) {
            const isTaken = accepted.includes(messageId);
            if (outcome.kind === 'unknown') expect(doubtful).toContain(messageId);
            else
              expect({ messageId, isTaken }).toEqual({
                messageId,
                isTaken: outcome.kind === 'answered' && outcome.reply.code === 250,
              });
          }
        }
    },
  );

  it('A mail that is taken without a reply is unknown', async () => {
    const { accepted, outcomes } = await sendThree(
      { step: 'dot', effect: 'silent-after', delayMs: 0 },
      [],
    );
    expect(accepted).toContain('<1@example.org>');
    expect(outcomes.get('<1@example.org>')?.kind).toBe('unknown');
  });
});
