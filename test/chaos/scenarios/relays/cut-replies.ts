import { runPaperboyOk } from '../../../processes/support/paperboy.ts';
import { drainAndCheck, waitUntilEnded } from '../../environment/environment.ts';
import { waitUntil } from '../../environment/waits.ts';
import { BEYOND_RETRY_S, MAX_IN_FLIGHT } from '../../settings.ts';
import { addViolations, type Scenario } from '../scenario.ts';

const SUBSCRIBERS = 400;

/** Unanswered mails that show a relay to be broken, beyond those in flight when it shows. */
const MAX_EXTRA = 3;

export const cutReplies: Scenario = {
  name: 'cut-replies',
  about:
    'the relay takes every mail and closes the connection after the final dot: the digest pauses with an alert, no more than what was in flight and three are unknown, and after a resume the rest is sent',
  workers: 1,
  movesClock: true,
  ownsPostgres: true,
  servers: async (environment) => {
    const { sink, queries } = environment;
    sink.injectFaults(({ stage }) => (stage === 'dot' ? { drop: true } : null));
    await environment.startDigest(SUBSCRIBERS);
    await waitUntil('the digest paused', async () =>
      (await queries.digests()).some(({ isPaused }) => isPaused),
    );
    await waitUntil(
      'the mails in flight ended',
      async () => (await queries.countInStates(['claimed', 'sending'])) === 0,
    );
    const unknown = await queries.countInStates(['unknown']);
    await waitUntil('an alert was raised', async () =>
      (await queries.alertKinds()).includes('unanswered'),
    );
    environment.log(`${unknown} unknown when the digest paused`);
    sink.injectFaults(null);
    await runPaperboyOk('digest resume', environment.commandEnvironment);
    // A mail whose connection broke before its own final dot is retried after minutes.
    await waitUntilEnded(environment, { keepsDeferred: true });
    await environment.moveClock(BEYOND_RETRY_S);
    const limit = environment.processes.length * (MAX_IN_FLIGHT + MAX_EXTRA);
    return addViolations(await drainAndCheck(environment), [
      unknown <= limit ? null : `${unknown} deliveries became unknown, the limit is ${limit}`,
    ]);
  },
};
