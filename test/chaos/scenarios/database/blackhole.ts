import { pause } from '../../../processes/support/paperboy.ts';
import { drainAndCheck, type ScenarioResult } from '../../environment/environment.ts';
import type { ServerEnvironment } from '../../environment/servers.ts';
import { addLate, addViolations, type Scenario, waitForAccepted } from '../scenario.ts';
import { checkNoCrash } from './postgres.ts';

/** Outages shorter and longer than a lease and than a worker waits for an answer, in s. */
const QUICK_OUTAGES_S = [20, 60];
const LONG_OUTAGES_S = [20, 40, 60, 100];

/** How long sending may stand still after the network is back, in s. */
const MAX_STALL_S = 60;

const SUBSCRIBERS = 600;

export const blackhole: Scenario = {
  name: 'blackhole',
  about: `the network between all processes and PostgreSQL drops every packet for up to a minute, longer than a lease: sending continues within ${MAX_STALL_S} s after it is back, nothing is unknown`,
  runsInBackground: true,
  servers: async (environment, { isLong }): Promise<ScenarioResult> => {
    const outages = isLong ? LONG_OUTAGES_S : QUICK_OUTAGES_S;
    environment.sink.setDelay(100);
    await environment.startDigest(SUBSCRIBERS);
    const stalls: number[] = [];
    for (const [n, seconds] of outages.entries()) {
      await waitForAccepted(
        environment,
        Math.floor(((n + 1) * SUBSCRIBERS) / (outages.length + 2)),
      );
      stalls.push(await cutOff(environment, seconds));
    }
    const worst = Math.max(...stalls);
    return {
      ...addLate(addViolations(await drainAndCheck(environment), [checkNoCrash(environment)]), [
        worst <= MAX_STALL_S
          ? null
          : `sending stood still for ${worst} s after the network was back, the limit is ${MAX_STALL_S} s`,
      ]),
      facts: { blackhole_stall_s: worst },
    };
  },
};

/** @returns how long after the outage the next message was accepted, in s. */
async function cutOff(environment: ServerEnvironment, seconds: number): Promise<number> {
  const { sink } = environment;
  environment.setBlackholed(true);
  await pause(seconds * 1000);
  const accepted = sink.accepted();
  environment.setBlackholed(false);
  const backAt = performance.now();
  await waitForAccepted(environment, accepted + 1);
  const stall = Math.round((performance.now() - backAt) / 100) / 10;
  environment.log(
    `cut off for ${seconds} s, sending again after ${stall} s (${accepted} accepted)`,
  );
  return stall;
}
