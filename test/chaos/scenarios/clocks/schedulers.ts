import { pause } from '../../../processes/support/paperboy.ts';
import { drainAndCheck, type ScenarioResult } from '../../environment/environment.ts';
import { waitUntil } from '../../environment/waits.ts';
import { addViolations, type Scenario } from '../scenario.ts';

const HOUR_S = 3600;
const SUBSCRIBERS = 200;

/** Hours after the start: the time of composing, and that of the subscribers. Theirs is a full
 *  hour, so up to one hour earlier, and must come after the last jump. */
const COMPOSE_HOURS = 1;
const SEND_HOURS = 3;

export const schedulers: Scenario = {
  name: 'schedulers',
  about:
    'two schedulers run, both are killed, and the clock jumps past the hour of composing and back: one digest a day, sent at the hour of its subscribers, one mail for each',
  movesClock: true,
  ownsPostgres: true,
  workers: 1,
  servers: async (environment): Promise<ScenarioResult> => {
    const { queries } = environment;
    const after = (hours: number) => new Date(Date.now() + hours * HOUR_S * 1000);
    const composeAt = after(COMPOSE_HOURS).toISOString().slice(11, 16);
    const hour = after(SEND_HOURS).getUTCHours();
    await environment.addSubscribers(SUBSCRIBERS, [{ timezone: 'UTC', hour }]);
    const env = { COMPOSE_AT: composeAt };
    const both = await Promise.all([
      environment.open(['start', 'scheduler'], { env }),
      environment.open(['start', 'scheduler'], { env }),
    ]);
    await Promise.all(both.map((supervised) => supervised.waitUntilRunning()));
    // Jumps past the hour of composing: a restarted scheduler composes the digest that it missed.
    for (const hours of [COMPOSE_HOURS + 0.02, -1, COMPOSE_HOURS + 0.05]) {
      await environment.moveClock(hours * HOUR_S);
      for (const supervised of both) {
        await supervised.waitUntilRunning();
        supervised.kill();
      }
      await Promise.all(both.map((supervised) => supervised.waitUntilRunning()));
      // By the first clock nothing is to be composed after the jump back.
      await pause(2000);
    }
    await waitUntil('a digest was composed', async () => (await queries.digests()).length > 0);
    const early = environment.sink.accepted();
    await environment.moveClock((SEND_HOURS + 0.02) * HOUR_S);
    const composed = await queries.digests();
    return addViolations(await drainAndCheck(environment), [
      composed.length === 1 ? null : `${composed.length} digests were composed, expected one`,
      early === 0 ? null : `${early} were mailed before their hour`,
    ]);
  },
};
