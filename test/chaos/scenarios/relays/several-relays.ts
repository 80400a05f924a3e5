import { drainAndCheck, type ScenarioResult } from '../../environment/environment.ts';
import { MAX_IN_FLIGHT } from '../../settings.ts';
import { addViolations, type Scenario } from '../scenario.ts';

const RELAYS = 2;
const WORKERS = 2;

/** Messages per second to each relay, over all workers. */
const RATE = 30;

/** The relay with the fault lets so many messages through on a connection, then says 421. */
const MAX_PER_TURN = 100;

export const severalRelays: Scenario = {
  name: 'several-relays',
  about: `two workers share two relays at ${RATE} messages a second each; the first says 421 after every ${MAX_PER_TURN} messages, and then for good: the second takes over, all are sent, nothing is unknown, and no relay gets more than its rate`,
  workers: WORKERS,
  relays: RELAYS,
  sharesRelays: true,
  env: { SMTP_RATE: String(RATE) },
  servers: async (environment, { isLong }): Promise<ScenarioResult> => {
    const subscribers = isLong ? 3000 : 700;
    const { sink } = environment;
    let mails = 0;
    let refused = 0;
    sink.injectFaults(({ stage, listenerIndex }) => {
      if (listenerIndex !== 0) return null;
      if (stage === 'MAIL') mails += 1;
      const isDown = sink.accepted() > subscribers / 2;
      const isTurnOver = stage === 'MAIL' && mails % (MAX_PER_TURN + 1) === 0;
      if (!isTurnOver && !(isDown && (stage === 'greeting' || stage === 'MAIL'))) return null;
      refused += 1;
      return { reply: '421 4.7.0 Too many messages' };
    });
    await environment.startDigest(subscribers);
    const result = await drainAndCheck(environment, { keepsFaults: true });
    const counts = Array.from({ length: RELAYS }, (_, n) => sink.accepted(n));
    environment.log(`the relays accepted ${counts.join(' and ')}, 421 was said ${refused} times`);
    return addViolations(result, [
      refused > 0 ? null : 'no relay said 421: the scenario proved nothing',
      ...counts.flatMap((count, n) => [
        count > 0 ? null : `relay ${n} got no message`,
        findExcess(
          environment.sink.transactions.flatMap((each) =>
            each.listenerIndex === n && each.acceptedAt !== null ? each.acceptedAt : [],
          ),
        ),
      ]),
    ]);
  },
};

/** The limit counts whole seconds of the clock, so the two around an edge may share a window. What
 *  was in flight while a worker or the relay stood still arrives late, in the window of others. */
const WINDOW_MS = 5000;
const MAX_IN_WINDOW = RATE * (WINDOW_MS / 1000 + 1) + WORKERS * MAX_IN_FLIGHT;

/** @returns what is wrong with the times at which a relay accepted messages, or null. */
function findExcess(times: readonly number[]): string | null {
  const sorted = [...times].sort((a, b) => a - b);
  const counts = sorted.map(
    (at, n) => sorted.filter((each, m) => m >= n && each < at + WINDOW_MS).length,
  );
  const most = Math.max(0, ...counts);
  return most <= MAX_IN_WINDOW
    ? null
    : `a relay got ${most} messages within ${WINDOW_MS / 1000} s, the limit is ${MAX_IN_WINDOW}`;
}
