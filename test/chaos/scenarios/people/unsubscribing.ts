import { unsubscribeOneClick } from '../../../processes/support/http.ts';
import { runPaperboyOk } from '../../../processes/support/paperboy.ts';
import { drainAndCheck, type ScenarioResult } from '../../environment/environment.ts';
import { openReaderSite } from '../../environment/site.ts';
import { addressOf } from '../../settings.ts';
import { addViolations, type Scenario, waitForAccepted } from '../scenario.ts';

const SUBSCRIBERS = 400;
const UNSUBSCRIBERS = 60;

export const unsubscribing: Scenario = {
  name: 'unsubscribing',
  about:
    'subscribers unsubscribe, or are erased, while their mail is queued: none is sent after the answer',
  servers: async (environment): Promise<ScenarioResult> => {
    const site = await openReaderSite(environment);
    // So slow that on a busy machine too many are queued when they unsubscribe.
    environment.sink.setDelay(250);
    await environment.startDigest(SUBSCRIBERS);
    const audience = await environment.queries.audience();
    const idOf = new Map([...audience].map(([id, email]) => [email, id]));
    await waitForAccepted(environment, 5);

    const answeredAt = new Map<number, number>();
    for (let n = 0; n < UNSUBSCRIBERS; n += 1) {
      const id = idOf.get(addressOf(n * Math.floor(SUBSCRIBERS / UNSUBSCRIBERS))) ?? 0;
      const status = await unsubscribeOneClick(site.url, site.tokenOf(id));
      if (status !== 200) throw new Error(`Unsubscribing returned the status ${status}.`);
      answeredAt.set(id, Date.now());
    }
    const erasedEmail = addressOf(SUBSCRIBERS - 1);
    const erasedId = idOf.get(erasedEmail) ?? 0;
    await runPaperboyOk(`subscribers erase ${erasedEmail}`, environment.commandEnvironment);
    answeredAt.set(erasedId, Date.now());
    environment.log(`${answeredAt.size} unsubscribed (${environment.sink.accepted()} accepted)`);

    const result = await drainAndCheck(environment, {
      audience,
      // They are told that they have left, and nothing remains of the erased one's delivery.
      allowsMailTo: (email) => answeredAt.has(idOf.get(email) ?? 0),
      expect: ({ subscriberId }) => {
        if (subscriberId === erasedId) return { states: ['sent', 'skipped'] };
        return answeredAt.has(subscriberId) ? { allows: ['skipped'] } : {};
      },
    });
    const changes = await environment.queries.changes();
    const late = changes.filter(
      ({ subscriberId, to, at }) => to === 'sending' && at > (answeredAt.get(subscriberId) ?? at),
    );
    const skippedCount = changes.filter(({ to }) => to === 'skipped').length;
    return {
      ...addViolations(result, [
        late.length === 0
          ? null
          : `${late.length} were sent after their subscriber had unsubscribed: ${late.map(({ subscriberId }) => subscriberId)}`,
        skippedCount > 0 ? null : 'nobody unsubscribed in time: the scenario proved nothing',
      ]),
      facts: { unsubscribed_while_queued: skippedCount },
    };
  },
};
