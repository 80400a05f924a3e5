import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pause, runWell, until } from '../../processes/support/paperboy.ts';
import { MOST_IN_FLIGHT } from '../settings.ts';
import {
  createSending,
  type Finding,
  judge,
  type Stage,
  settleAndCheck,
  statusOf,
} from '../stage/stage.ts';
import { mailed, type Scenario, withMore } from './scenario.ts';

const HOUR_S = 3600;

/** Of the jumps below: to two hours ahead, and from one behind. */
const JUMPS_AHEAD = 2;

export const clockJumps: Scenario = {
  name: 'clock-jumps',
  about: 'the wall clock jumps two hours ahead and three back while a digest is sent',
  movesClock: true,
  servers: jumpWhileSending,
  embedded: jumpWhileSending,
};

async function jumpWhileSending(stage: Stage): Promise<Finding> {
  await stage.compose(400);
  stage.sink.setDelay(40);
  stage.sending.begin();
  for (const [accepted, hours] of [
    [40, 2],
    [120, -1],
    [200, 0],
  ] as const) {
    // With the clock behind, what is due lies ahead: then the mails may wait.
    await Promise.race([mailed(stage, accepted), pause(15_000, null, { ref: false })]);
    await stage.moveClock(hours * HOUR_S);
    stage.say(`the clock says ${hours} h (${stage.sink.accepted()} accepted)`);
  }
  // The clock of an embedded database is the one that jumps: ahead, it looks as if the process had
  // stood still for longer than its lease.
  const swallowed = stage.pair === 'embedded' ? JUMPS_AHEAD * MOST_IN_FLIGHT : 0;
  return settleAndCheck(stage, { swallowed });
}

export const schedulers: Scenario = {
  name: 'schedulers',
  about:
    'two schedulers ring, one is killed, the clock jumps over the hour of composing and back: one digest a day, one mail a reader',
  movesClock: true,
  workers: 1,
  servers: async (stage): Promise<Finding> => {
    const now = new Date();
    const today = now.toISOString().slice(0, 10);
    const composeAt = new Date(now.getTime() + HOUR_S * 1000).toISOString().slice(11, 16);
    const papers = [{ title: 'Of today', abstract: 'A paper.', listed_on: today }];
    await writeFile(join(stage.place.cwd, 'papers.json'), JSON.stringify(papers));
    await runWell('papers import papers.json', stage.place);
    await stage.withLedger((ledger) => ledger.addReaders(200));

    const env = { COMPOSE_AT: composeAt };
    const both = [0, 1].map(() => stage.open(['start', 'scheduler'], env));
    await Promise.all(both.map((slot) => slot.up()));
    const digests = () => stage.withLedger((ledger) => ledger.digests());
    // Over the hour of composing: started anew, a scheduler makes up for what it missed.
    for (const hours of [1.02, -1, 1.05]) {
      await stage.moveClock(hours * HOUR_S);
      for (const slot of both) {
        await slot.up();
        slot.kill();
      }
      await Promise.all(both.map((slot) => slot.up()));
      await until(async () => (await digests()).length > 0, 20_000).catch(() => undefined);
    }
    await pause(1000);
    const composed = await digests();
    stage.say(
      `composed: ${composed.map(({ date, audience }) => `${date} for ${audience}`).join('; ')}`,
    );
    const [digest] = composed;
    if (!digest) return { counts: null, violations: ['no scheduler composed the digest'] };
    const sending = createSending(stage.place, { date: digest.date, ready: async () => undefined });
    sending.begin();
    await sending.finish();
    return withMore(await judge(stage, await statusOf(stage, digest.date)), [
      composed.length === 1 ? null : `${composed.length} digests were composed, expected one`,
      digest.audience === 200 ? null : `the digest has ${digest.audience} readers, expected 200`,
    ]);
  },
};
