import {
  type ChaosEnvironment,
  drainAndCheck,
  endFaults,
  type ScenarioResult,
  waitUntilEnded,
} from '../../environment/environment.ts';
import { waitUntil } from '../../environment/waits.ts';
import { BEYOND_RETRY_S } from '../../settings.ts';
import type { SmtpFault, SmtpStage } from '../../smtp/faults.ts';
import { addViolations, type Scenario, type ScenarioSize } from '../scenario.ts';

type Phase = readonly [SmtpStage, SmtpFault];

/** Faults that say nothing about an address: all deliveries wait, none fails or is unknown. */
const PHASES: readonly Phase[] = [
  ['greeting', { reply: '421 4.3.2 Closing' }],
  ['EHLO', { drop: true }],
  ['MAIL', { drop: true }],
  ['greeting', { drop: true }],
  ['greeting', { reply: '554 5.7.1 Go away' }],
  ['EHLO', { reply: '421 4.3.2 Closing' }],
  ['EHLO', { reply: '550 5.7.1 Go away' }],
  ['MAIL', { reply: '421 4.3.2 Closing' }],
];

const SUBSCRIBERS = 25;

/** Number of phases in the short form. Each also restarts the embedded deployment. */
const QUICK_PHASES = { servers: 5, embedded: 3 };

/** `sending` too: such a delivery waits for a connection until the circuit breaker opens. */
const ALLOWED_STATES: readonly string[] = ['pending', 'deferred', 'claimed', 'sending'];

export const relayUnavailable: Scenario = {
  name: 'relay-unavailable',
  about:
    'every connection is dropped or refused at the greeting, EHLO or MAIL; everything is sent when the relay works again',
  quickDeployments: ['servers'],
  ownsPostgres: true,
  movesClock: true,
  servers: makeRelayUnavailable,
  embedded: makeRelayUnavailable,
};

async function makeRelayUnavailable(
  environment: ChaosEnvironment,
  { isLong }: ScenarioSize,
): Promise<ScenarioResult> {
  const mismatches: string[] = [];
  const phases = isLong ? PHASES : PHASES.slice(0, QUICK_PHASES[environment.deployment]);
  for (const [n, [stage, fault]] of phases.entries()) {
    const name = `${'drop' in fault ? 'drop' : 'refusal'} at ${stage}`;
    let injected = 0;
    environment.sink.injectFaults((point) => {
      if (point.stage !== stage) return null;
      injected += 1;
      return fault;
    });
    // A connection that was greeted before would still accept mail.
    environment.sink.dropConnections();
    if (n === 0) await environment.startDigest(SUBSCRIBERS);
    await waitUntil(`a worker met the ${name}`, () => injected > 0);
    environment.log(name);
    const rows = await environment.withDatabase((queries) => queries.deliveries());
    mismatches.push(
      ...rows
        .filter(({ state }) => !ALLOWED_STATES.includes(state))
        .map(
          ({ subscriberId, state, detail, reply }) =>
            `${name}: delivery ${subscriberId} is ${state} (${detail ?? reply})`,
        )
        .slice(0, 3),
    );
  }
  endFaults(environment);
  // What was begun while the relay failed is retried after minutes, the rest at once.
  await waitUntilEnded(environment, { keepsDeferred: true });
  await environment.moveClock(BEYOND_RETRY_S);
  return addViolations(await drainAndCheck(environment), mismatches);
}
