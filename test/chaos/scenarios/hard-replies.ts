import { runPaperboyOk } from '../../processes/support/paperboy.ts';
import { drainAndCheck, readDigestStatus } from '../environment/environment.ts';
import { addViolations, type Scenario } from './scenario.ts';

const SUBSCRIBERS = 600;

export const hardReplies: Scenario = {
  name: 'hard-replies',
  about:
    'a third of the replies say 550 5.1.1: the digest pauses, nobody is suppressed, and after a resume the rest is sent',
  servers: async (environment) => {
    await environment.compose(SUBSCRIBERS);
    environment.sink.injectFaults(({ stage, recipient }) =>
      stage === 'RCPT' && /[369]@/.test(recipient ?? '')
        ? { reply: '550 5.1.1 No such user' }
        : null,
    );
    environment.sendCommand.start();
    // Rejects when the digest is paused, which the states show below.
    await environment.sendCommand.waitUntilSent(60_000).catch(() => undefined);
    environment.sendCommand.kill();
    const { states } = await readDigestStatus(environment);
    const suppressed = await environment.withDatabase((queries) => queries.countSuppressed());
    environment.sink.injectFaults(null);
    const resumed = await runPaperboyOk('digest resume', environment.commandEnvironment).then(
      () => true,
      () => false,
    );
    return addViolations(await drainAndCheck(environment), [
      (states.pending ?? 0) > 0 ? null : 'the digest did not pause: every delivery was attempted',
      suppressed === 0 ? null : `${suppressed} addresses were suppressed, expected none`,
      resumed ? null : '“digest resume” failed',
    ]);
  },
};
