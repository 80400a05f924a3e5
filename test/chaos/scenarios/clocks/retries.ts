import {
  drainAndCheck,
  type ScenarioResult,
  waitUntilEnded,
} from '../../environment/environment.ts';
import { waitUntil } from '../../environment/waits.ts';
import { BEYOND_RETRY_S } from '../../settings.ts';
import { addViolations, type Scenario } from '../scenario.ts';

const SUBSCRIBERS = 120;
const DEFERRAL = { reply: '451 4.7.1 Greylisted' };

/** Until the next digest of everybody is due, in s. */
const NEXT_DIGEST_S = 26 * 3600;

/** Numbers of subscribers whom the relay defers once, and for ever. */
const isGreylisted = (email: string) => /^reader\d*[13]@/.test(email);
const isNeverTaken = (email: string) => /^reader\d*7@/.test(email);

export const retries: Scenario = {
  name: 'retries',
  about:
    'the relay defers some mails once and some for ever: the same bytes are sent at the retry, and what the relay never takes expires when the next digest is due',
  movesClock: true,
  ownsPostgres: true,
  runsInBackground: true,
  servers: async (environment): Promise<ScenarioResult> => {
    const { sink, queries } = environment;
    const deferredOnce = new Set<string>();
    sink.injectFaults(({ stage, recipient }) => {
      if (stage !== 'dot' || recipient === null) return null;
      if (isNeverTaken(recipient)) return DEFERRAL;
      if (!isGreylisted(recipient) || deferredOnce.has(recipient)) return null;
      deferredOnce.add(recipient);
      return DEFERRAL;
    });
    await environment.startDigest(SUBSCRIBERS);
    await waitUntilEnded(environment, { keepsDeferred: true });
    const audience = await queries.audience();
    const never = [...audience.values()].filter(isNeverTaken).length;
    const deferrals = (await queries.changes()).filter(({ to }) => to === 'deferred');
    const deferred = new Set(deferrals.map(({ subscriberId }) => subscriberId));
    const missing = [...audience].filter(
      ([id, email]) => (isNeverTaken(email) || deferredOnce.has(email)) && !deferred.has(id),
    );
    await environment.moveClock(BEYOND_RETRY_S);
    await waitUntil(
      'the greylisted mails were sent at their retry',
      async () => (await queries.countInStates(['sent'])) === SUBSCRIBERS - never,
    );
    environment.log(`${deferredOnce.size} were sent at their retry`);
    await environment.moveClock(NEXT_DIGEST_S);
    const result = await drainAndCheck(environment, {
      keepsFaults: true,
      expect: ({ email }) => (isNeverTaken(email) ? { states: ['expired'] } : { states: ['sent'] }),
    });
    return addViolations(result, [
      missing.length === 0 ? null : `${missing.length} were not deferred: ${missing}`,
    ]);
  },
};
