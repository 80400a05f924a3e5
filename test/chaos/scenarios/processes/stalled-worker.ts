import { drainAndCheck } from '../../environment/environment.ts';
import type { ServerEnvironment } from '../../environment/servers.ts';
import type { SupervisedProcess } from '../../environment/supervised-process.ts';
import { waitUntil } from '../../environment/waits.ts';
import { RETRY_TIMEOUT_MS } from '../../settings.ts';
import { type Scenario, waitForAccepted } from '../scenario.ts';

export const stalledWorker: Scenario = {
  name: 'stalled-worker',
  about:
    'a worker stops (SIGSTOP) in the middle of a transaction for longer than its lease and continues (SIGCONT): others take over what it held, and the fencing token rejects its writes',
  servers: async (environment, { isLong }) => {
    environment.sink.setDelay(60);
    await environment.startDigest(600);
    await waitForAccepted(environment, environment.random.between(30, 100));
    const [worker] = environment.processes;
    if (!worker) throw new Error('This scenario needs a worker.');
    const pid = await worker.waitUntilRunning();
    const resume = await suspendInTransaction(environment, worker);
    environment.noteFault(pid, 'suspended');
    await waitUntil(
      'the lease of the stopped worker ended',
      async () => (await environment.queries.countLeases(pid)) === 0,
    ).finally(resume);
    environment.log(`the worker continues (${environment.sink.accepted()} accepted)`);
    // What it had not transmitted is retried after minutes, for which only the long form waits.
    return drainAndCheck(environment, {
      keepsDeferred: !isLong,
      ...(isLong ? { timeoutMs: RETRY_TIMEOUT_MS } : { expect: () => ({ allows: ['deferred'] }) }),
    });
  },
};

/** Stops a worker that has locked a batch and not committed yet. @returns what continues it. */
async function suspendInTransaction(
  environment: ServerEnvironment,
  worker: SupervisedProcess,
): Promise<() => void> {
  let resume = () => {};
  const resumed = new Promise<void>((resolve) => {
    resume = resolve;
  });
  let isSuspended = false;
  environment.injectCommitFaults(worker, ({ when, statements }) => {
    if (isSuspended || when !== 'before' || !statements.has('release')) return null;
    isSuspended = true;
    worker.signal('SIGSTOP');
    // The proxy has the commit already: the server must not get it before the worker continues.
    return { wait: resumed };
  });
  await waitUntil('the worker released a batch', () => isSuspended, { intervalMs: 5 });
  return () => {
    worker.signal('SIGCONT');
    resume();
  };
}
