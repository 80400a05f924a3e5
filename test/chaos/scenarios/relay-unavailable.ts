import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../environment/environment.ts';
import type { SmtpFault, SmtpStage } from '../smtp/faults.ts';
import { addViolations, type Scenario, type ScenarioSize } from './scenario.ts';

type Phase = readonly [SmtpStage, SmtpFault];

/** What says nothing about a reader: each time all wait, and nobody is failed, unknown or suppressed. */
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

/** How long the relay is away each time, in ms. */
const PHASE_MS = 5000;

/** Phases of the short form, where each costs its time; on the embedded pair a stop and a start too. */
const QUICK_PHASES = { servers: 5, embedded: 3 };

/** In flight, too: a mail that is marked waits for a connection until the circuit opens. */
const ALLOWED_STATES: readonly string[] = ['pending', 'deferred', 'claimed', 'sending'];

export const relayUnavailable: Scenario = {
  name: 'relay-away',
  about:
    'every connection is dropped or refused at the greeting, EHLO or MAIL; all is sent when the relay is back',
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
  for (const [where, fault] of phases) {
    environment.sink.injectFaults((moment) => (moment.stage === where ? fault : null));
    // One that was greeted before would take mail all the same.
    environment.sink.dropConnections();
    environment.sendCommand.restart();
    // A sender that keeps what is due to itself until the relay is back does right too.
    await environment.sendCommand.waitUntilSent(PHASE_MS).catch(() => undefined);
    environment.sendCommand.kill();
    const name = `${'drop' in fault ? 'drop' : 'refusal'} at ${where}`;
    environment.log(name);
    mismatches.push(
      ...(await environment.withDatabase(async (queries) => {
        const rows = await queries.deliveries();
        await queries.hurryDeferred();
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
