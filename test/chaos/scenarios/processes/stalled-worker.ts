import { drainAndCheck } from '../../environment/environment.ts';
import { RETRY_TIMEOUT_MS } from '../../settings.ts';
import { type Scenario, waitForAccepted, waitUntil } from '../scenario.ts';

export const stalledWorker: Scenario = {
  name: 'stalled-worker',
  about:
    'a worker stops (SIGSTOP) for longer than its lease and continues (SIGCONT): the fencing token rejects its writes',
  servers: async (environment, { isLong }) => {
    environment.sink.setDelay(60);
    await environment.startDigest(600);
    await waitForAccepted(environment, environment.random.between(30, 100));
    const [worker] = environment.processes;
    const pid = (await worker?.waitUntilRunning()) ?? 0;
    worker?.signal('SIGSTOP');
    environment.noteFault(pid, 'suspended');
    await waitUntil(
      'the lease of the stopped worker ended',
      async () => (await environment.queries.countLeases(pid)) === 0,
    );
    environment.log(`the worker continues (${environment.sink.accepted()} accepted)`);
    worker?.signal('SIGCONT');
    // What it had not transmitted is retried after minutes, for which only the long form waits.
    return drainAndCheck(environment, {
      keepsDeferred: !isLong,
      ...(isLong ? { timeoutMs: RETRY_TIMEOUT_MS } : { expect: () => ({ allows: ['deferred'] }) }),
    });
  },
};
