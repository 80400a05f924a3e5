import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mayFollow } from '../../../src/domain/delivery.ts';
import { leave } from '../../processes/support/http.ts';
import { runWell, until } from '../../processes/support/paperboy.ts';
import { freePort } from '../../support/free-port.ts';
import { addressOf, DAY } from '../settings.ts';
import { createSending, type Finding, judge, statusOf } from '../stage/stage.ts';
import { type Scenario, withMore } from './scenario.ts';

const READERS = 400;
const LEAVERS = 60;
const NEXT_DAY = '2026-05-11';

export const leaving: Scenario = {
  name: 'leaving',
  about:
    'readers leave by the link of an earlier mail, or are erased, while their next one is queued: none is sent after the answer',
  servers: async (stage): Promise<Finding> => {
    const port = await freePort();
    const site = `http://127.0.0.1:${port}`;
    await stage.open(['start', 'api'], { PORT: String(port) }).up();
    await stage.compose(READERS);
    stage.sending.begin();
    await stage.sending.finish();
    stage.sending.leave();
    const first = await judge(stage, await statusOf(stage));

    const tokens = new Map(
      [...stage.sink.acceptances].map(([email, [mail]]) => [email, mail?.token]),
    );
    await composeNext(stage.place);
    await stage.withLedger((ledger) => ledger.watchMoves());
    const audience = await stage.withLedger((ledger) => ledger.audience());
    const idOf = new Map([...audience].map(([id, email]) => [email, id]));
    stage.sink.setDelay(100);
    const sending = createSending(stage.place, { date: NEXT_DAY, ready: async () => undefined });
    sending.begin();
    await until(() => stage.sink.accepted() > READERS + 5);

    const answeredAt = new Map<number, Date>();
    for (let n = 0; n < LEAVERS; n += 1) {
      const email = addressOf(n * Math.floor(READERS / LEAVERS));
      const id = idOf.get(email) ?? 0;
      const token = tokens.get(email) ?? '';
      const status = await leave(site, token);
      if (status !== 200) throw new Error(`Leaving was answered ${status}.`);
      answeredAt.set(id, new Date());
    }
    const erased = addressOf(READERS - 1);
    await runWell(`subscribers erase ${erased}`, stage.place);
    answeredAt.set(idOf.get(erased) ?? 0, new Date());
    stage.say(`${answeredAt.size} left (${stage.sink.accepted() - READERS} accepted)`);
    stage.sink.setDelay(0);
    await sending.finish();

    const moves = await stage.withLedger((ledger) => ledger.moves());
    const late = moves.filter(
      ({ subscriberId, to, at }) => to === 'sending' && at > (answeredAt.get(subscriberId) ?? at),
    );
    const wrong = moves.filter(({ from, to }) => !mayFollow(from, to));
    const spared = moves.filter(({ to }) => to === 'skipped').length;
    const twice = [...stage.sink.acceptances].filter(
      ([, mails]) => new Set(mails.map(({ messageId }) => messageId)).size < mails.length,
    );
    return {
      ...withMore(first, [
        late.length === 0
          ? null
          : `${late.length} were sent after their reader had left: ${late.map(({ subscriberId }) => subscriberId)}`,
        wrong.length === 0
          ? null
          : `${wrong.length} changes of state are not allowed: ${JSON.stringify(wrong.slice(0, 5))}`,
        twice.length === 0 ? null : `${twice.length} got one mail twice`,
        spared > 0 ? null : 'nobody left in time: the scenario showed nothing',
      ]),
      facts: { left_while_queued: spared },
    };
  },
};

async function composeNext(place: { cwd: string; env: Record<string, string> }): Promise<void> {
  const paper = { title: `Of ${NEXT_DAY}`, abstract: `After ${DAY}.`, listed_on: NEXT_DAY };
  await writeFile(join(place.cwd, 'papers.json'), JSON.stringify([paper]));
  await runWell('papers import papers.json', place);
  await runWell(`digest compose --date ${NEXT_DAY}`, place);
}
