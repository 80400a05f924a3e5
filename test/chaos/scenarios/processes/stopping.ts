import { pause } from '../../../processes/support/paperboy.ts';
import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../../environment/environment.ts';
import { MAX_IN_FLIGHT, RECOVERY_DEADLINE_S, STOP_DEADLINE_S } from '../../settings.ts';
import { addLate, type Scenario, waitForAccepted } from '../scenario.ts';

export const terminate: Scenario = {
  name: 'terminate',
  about: `SIGTERM while a digest is sent: the process ends within ${STOP_DEADLINE_S} s, nothing unknown, the rest pending or sent`,
  quickDeployments: ['servers'],
  workers: 1,
  servers: terminateWhileSending,
  embedded: terminateWhileSending,
};

async function terminateWhileSending(environment: ChaosEnvironment): Promise<ScenarioResult> {
  environment.sink.setDelay(200);
  await environment.startDigest(300);
  await waitForAccepted(environment, environment.random.between(20, 60));
  const stopped = await environment.processes[0]?.stop();
  const { ms = 0, code = null } = stopped ?? {};
  environment.log(
    `ended ${ms} ms after SIGTERM, with ${code} (${environment.sink.accepted()} accepted)`,
  );
  const rows = await environment.withDatabase((queries) => queries.deliveries());
  const left = rows.filter(({ state }) => state !== 'pending' && state !== 'sent');
  const sent = rows.filter(({ state }) => state === 'sent').length;
  return {
    counts: null,
    facts: { stop_ms: ms },
    late:
      ms <= STOP_DEADLINE_S * 1000
        ? []
        : [`it ended after ${ms} ms, the promise is ${STOP_DEADLINE_S} s`],
    violations: [
      code === 0 ? null : `it ended with ${code}`,
      sent === environment.sink.accepted()
        ? null
        : `${sent} are recorded as sent, ${environment.sink.accepted()} were accepted`,
      left.length === 0
        ? null
        : `${left.length} are neither pending nor sent: ${left.map(({ subscriberId, state }) => `${subscriberId} (${state})`)}`,
    ].filter((line) => line !== null),
  };
}

export const recovery: Scenario = {
  name: 'recovery',
  about: `a worker is killed and not restarted: another worker mails its subscribers within ${RECOVERY_DEADLINE_S} s`,
  runsInBackground: true,
  servers: async (environment): Promise<ScenarioResult> => {
    environment.sink.setDelay(100);
    await environment.startDigest(600);
    await waitForAccepted(environment, 60);
    const [killedWorker] = environment.processes;
    await killedWorker?.remove();
    const killedAt = performance.now();
    const expectedAccepted = 600 - MAX_IN_FLIGHT;
    environment.sink.setDelay(0);
    await waitForAccepted(environment, expectedAccepted);
    // The last ones may be unknown. Waits until no more mail arrives.
    let last = environment.sink.accepted();
    let lastAt = performance.now();
    while (performance.now() - lastAt < 3000) {
      await pause(50);
      if (environment.sink.accepted() > last) {
        last = environment.sink.accepted();
        lastAt = performance.now();
      }
    }
    const seconds = Math.round((lastAt - killedAt) / 1000);
    environment.log(`the subscribers of the dead worker were mailed after ${seconds} s`);
    const result = await drainAndCheck(environment);
    return {
      ...addLate(result, [
        seconds <= RECOVERY_DEADLINE_S
          ? null
          : `the subscribers of a dead worker were mailed after ${seconds} s, the promise is ${RECOVERY_DEADLINE_S} s`,
      ]),
      facts: { recovery_seconds: seconds },
    };
  },
};
