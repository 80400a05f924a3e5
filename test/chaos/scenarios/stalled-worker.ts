import { pause } from '../../processes/support/paperboy.ts';
import { drainAndCheck } from '../environment/environment.ts';
import { type Scenario, waitForAccepted } from './scenario.ts';

/** Longer than a lease lives, in ms. */
const PAUSE_BEYOND_LEASE_MS = 50_000;

export const stalledWorker: Scenario = {
  name: 'standstill',
  about:
    'a worker stands still (SIGSTOP) beyond its lease and goes on (SIGCONT): the fence turns its writes away',
  servers: async (environment, { isLong }) => {
    await environment.compose(600);
    environment.sink.setDelay(60);
    environment.sendCommand.start();
    await waitForAccepted(environment, environment.random.between(30, 100));
    const [worker] = environment.processes;
    const pid = (await worker?.waitUntilRunning()) ?? 0;
    worker?.signal('SIGSTOP');
    await pause(30);
    // What was sending then becomes unknown, as if it had been killed.
    environment.sendingAtKills.push(
      await environment.withDatabase((queries) => queries.sendingOf(pid)),
    );
    if (isLong) await pause(PAUSE_BEYOND_LEASE_MS);
    else await environment.withDatabase((queries) => queries.ageLease(pid));
    environment.sendCommand.restart();
    await waitForAccepted(environment, 300);
    environment.log(`the worker goes on (${environment.sink.accepted()} accepted)`);
    worker?.signal('SIGCONT');
    return drainAndCheck(environment);
  },
};
