import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canTransition } from '../../../src/domain/deliveries/delivery.ts';
import { unsubscribeOneClick } from '../../processes/support/http.ts';
import { pollUntil, runPaperboyOk } from '../../processes/support/paperboy.ts';
import { findFreePort } from '../../support/free-port.ts';
import {
  checkEnvironment,
  createSendCommand,
  readDigestStatus,
  type ScenarioResult,
} from '../environment/environment.ts';
import { addressOf, DAY } from '../settings.ts';
import { addViolations, type Scenario } from './scenario.ts';

const SUBSCRIBERS = 400;
const UNSUBSCRIBERS = 60;
const NEXT_DAY = '2026-05-11';

export const unsubscribing: Scenario = {
  name: 'unsubscribing',
  about:
    'subscribers unsubscribe by the link of an earlier mail, or are erased, while their next mail is queued: none is sent after the answer',
  servers: async (environment): Promise<ScenarioResult> => {
    const port = await findFreePort();
    const site = `http://127.0.0.1:${port}`;
    await environment.open(['start', 'api'], { PORT: String(port) }).waitUntilRunning();
    await environment.compose(SUBSCRIBERS);
    environment.sendCommand.start();
    await environment.sendCommand.waitUntilSent();
    environment.sendCommand.kill();
    const first = await checkEnvironment(environment, await readDigestStatus(environment));

    const tokens = new Map(
      [...environment.sink.acceptances].map(([email, [mail]]) => [email, mail?.token]),
    );
    await composeNextDigest(environment.commandEnvironment);
    await environment.withDatabase((queries) => queries.recordStateChanges());
    const audience = await environment.withDatabase((queries) => queries.audience());
    const idOf = new Map([...audience].map(([id, email]) => [email, id]));
    environment.sink.setDelay(100);
    const sendCommand = createSendCommand(environment.commandEnvironment, {
      date: NEXT_DAY,
      waitUntilReady: async () => undefined,
    });
    sendCommand.start();
    await pollUntil(() => environment.sink.accepted() > SUBSCRIBERS + 5);

    const answeredAt = new Map<number, Date>();
    for (let n = 0; n < UNSUBSCRIBERS; n += 1) {
      const email = addressOf(n * Math.floor(SUBSCRIBERS / UNSUBSCRIBERS));
      const id = idOf.get(email) ?? 0;
      const token = tokens.get(email) ?? '';
      const status = await unsubscribeOneClick(site, token);
      if (status !== 200) throw new Error(`Unsubscribing returned the status ${status}.`);
      answeredAt.set(id, new Date());
    }
    const erased = addressOf(SUBSCRIBERS - 1);
    await runPaperboyOk(`subscribers erase ${erased}`, environment.commandEnvironment);
    answeredAt.set(idOf.get(erased) ?? 0, new Date());
    environment.log(
      `${answeredAt.size} unsubscribed (${environment.sink.accepted() - SUBSCRIBERS} accepted)`,
    );
    environment.sink.setDelay(0);
    await sendCommand.waitUntilSent();

    const changes = await environment.withDatabase((queries) => queries.stateChanges());
    const late = changes.filter(
      ({ subscriberId, to, at }) => to === 'sending' && at > (answeredAt.get(subscriberId) ?? at),
    );
    const wrong = changes.filter(({ from, to }) => !canTransition(from, to));
    const skippedCount = changes.filter(({ to }) => to === 'skipped').length;
    const twice = [...environment.sink.acceptances].filter(
      ([, mails]) => new Set(mails.map(({ messageId }) => messageId)).size < mails.length,
    );
    return {
      ...addViolations(first, [
        late.length === 0
          ? null
          : `${late.length} were sent after their subscriber had unsubscribed: ${late.map(({ subscriberId }) => subscriberId)}`,
        wrong.length === 0
          ? null
          : `${wrong.length} changes of state are not allowed: ${JSON.stringify(wrong.slice(0, 5))}`,
        twice.length === 0 ? null : `${twice.length} got the same mail twice`,
        skippedCount > 0 ? null : 'nobody unsubscribed in time: the scenario proved nothing',
      ]),
      facts: { unsubscribed_while_queued: skippedCount },
    };
  },
};

async function composeNextDigest(commandEnvironment: {
  cwd: string;
  env: Record<string, string>;
}): Promise<void> {
  const paper = { title: `Of ${NEXT_DAY}`, abstract: `After ${DAY}.`, listed_on: NEXT_DAY };
  await writeFile(join(commandEnvironment.cwd, 'papers.json'), JSON.stringify([paper]));
  await runPaperboyOk('papers import papers.json', commandEnvironment);
  await runPaperboyOk(`digest compose --date ${NEXT_DAY}`, commandEnvironment);
}
