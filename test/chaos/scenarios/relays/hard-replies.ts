import { runPaperboyOk } from '../../../processes/support/paperboy.ts';
import { drainAndCheck } from '../../environment/environment.ts';
import { waitUntil } from '../../environment/waits.ts';
import { addViolations, type Scenario } from '../scenario.ts';

/** So many that most are pending when two workers have seen enough replies, although each of them
 *  notices the pause only a moment later. */
const SUBSCRIBERS = 900;

export const hardReplies: Scenario = {
  name: 'hard-replies',
  about:
    'a third of the replies say 550 5.1.1: the digest pauses with an alert, nobody is suppressed, and after a resume the rest is sent',
  servers: async (environment) => {
    const { queries } = environment;
    environment.sink.setDelay(100);
    environment.sink.injectFaults(({ stage, recipient }) =>
      stage === 'RCPT' && /[369]@/.test(recipient ?? '')
        ? { reply: '550 5.1.1 No such user' }
        : null,
    );
    await environment.startDigest(SUBSCRIBERS);
    await waitUntil('the digest paused', async () =>
      (await queries.digests()).some(({ isPaused }) => isPaused),
    );
    await waitUntil(
      'the mails in flight ended',
      async () => (await queries.countInStates(['claimed', 'sending'])) === 0,
    );
    const pending = await queries.countInStates(['pending']);
    const suppressed = await queries.countSuppressed();
    await waitUntil('an alert was raised', async () =>
      (await queries.alertKinds()).includes('refusals'),
    );
    environment.sink.injectFaults(null);
    environment.sink.setDelay(0);
    await runPaperboyOk('digest resume', environment.commandEnvironment);
    return addViolations(await drainAndCheck(environment), [
      pending > 0 ? null : 'the digest did not pause: every delivery was attempted',
      suppressed === 0 ? null : `${suppressed} addresses were suppressed, expected none`,
    ]);
  },
};
