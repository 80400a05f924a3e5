import { pause } from '../../processes/support/paperboy.ts';
import { drainAndCheck } from '../environment/environment.ts';
import { type Scenario, waitForAccepted } from './scenario.ts';

/** Longer than a lease, in ms. */
const PAUSE_BEYOND_LEASE_MS = 50_000;

export const stalledWorker: Scenario = {
  name: 'stalled-worker',
  about:
    'a worker stops (SIGSTOP) for longer than its lease and continues (SIGCONT): the fencing token rejects its writes',
  servers: async (environment, { isLong }) => {
    await environment.compose(600);
    environment.sink.setDelay(60);
    environment.sendCommand.start();
    await waitForAccepted(environment, environment.random.between(30, 100));
    const [worker] = environment.processes;
    const pid = (await worker?.waitUntilRunning()) ?? 0;
    worker?.signal('SIGSTOP');
    await pause(30);
    // Deliveries in the state `sending` become unknown, as after a kill.
    environment.sendingAtKills.push(
      await environment.withDatabase((queries) => queries.countSending(pid)),
    );
    if (isLong) await pause(PAUSE_BEYOND_LEASE_MS);
    else await environment.withDatabase((queries) => queries.expireLease(pid));
    environment.sendCommand.restart();
    await waitForAccepted(environment, 300);
    environment.log(`the worker continues (${environment.sink.accepted()} accepted)`);
    worker?.signal('SIGCONT');
    return drainAndCheck(environment);
  },
};
