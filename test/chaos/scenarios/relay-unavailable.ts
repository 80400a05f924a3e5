import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../environment/environment.ts';
import type { SmtpFault, SmtpStage } from '../smtp/faults.ts';
import { addViolations, type Scenario, type ScenarioSize } from './scenario.ts';

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

/** Duration of each phase, in ms. */
const PHASE_MS = 5000;

/** Number of phases in the short form. Each also restarts the embedded deployment. */
const QUICK_PHASES = { servers: 5, embedded: 3 };

/** `sending` too: such a delivery waits for a connection until the circuit breaker opens. */
const ALLOWED_STATES: readonly string[] = ['pending', 'deferred', 'claimed', 'sending'];

export const relayUnavailable: Scenario = {
  name: 'relay-unavailable',
  about:
    'every connection is dropped or refused at the greeting, EHLO or MAIL; everything is sent when the relay works again',
  quickDeployments: ['servers'],
  servers: makeRelayUnavailable,
  embedded: makeRelayUnavailable,
};

async function makeRelayUnavailable(
  environment: ChaosEnvironment,
  { isLong }: ScenarioSize,
): Promise<ScenarioResult> {
  await environment.compose(SUBSCRIBERS);
  const mismatches: string[] = [];
  const phases = isLong ? PHASES : PHASES.slice(0, QUICK_PHASES[environment.deployment]);
  for (const [stage, fault] of phases) {
    environment.sink.injectFaults((moment) => (moment.stage === stage ? fault : null));
    // A connection that was greeted before would still accept mail.
    environment.sink.dropConnections();
    environment.sendCommand.restart();
    // A sender may also wait until the relay works again.
    await environment.sendCommand.waitUntilSent(PHASE_MS).catch(() => undefined);
    environment.sendCommand.kill();
    const name = `${'drop' in fault ? 'drop' : 'refusal'} at ${stage}`;
    environment.log(name);
    mismatches.push(
      ...(await environment.withDatabase(async (queries) => {
        const rows = await queries.deliveries();
        await queries.makeDeferredDue();
        return rows
          .filter(({ state }) => !ALLOWED_STATES.includes(state))
          .map(
            ({ subscriberId, state, detail, reply }) =>
              `${name}: delivery ${subscriberId} is ${state} (${detail ?? reply})`,
          )
          .slice(0, 3);
      })),
    );
  }
  return addViolations(await drainAndCheck(environment), mismatches);
}
