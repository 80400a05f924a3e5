import { afterEach, beforeEach, expect, it } from 'vitest';
import { addLetter } from '../../src/db/letters.ts';
import { type Running, startRoles } from '../../src/roles.ts';
import { freePort } from '../support/free-port.ts';
import { openTestParts, type TestParts } from '../support/parts.ts';
import { emptyRedis } from '../support/redis.ts';
import { storeSubscriber } from '../support/rows.ts';

let test: TestParts | undefined;
let running: Running | undefined;
beforeEach(emptyRedis);
afterEach(async () => {
  await running?.stop();
  await test?.close();
});

it('A worker tells at METRICS_PORT what it sent, and leaves the rest to others', async () => {
  const port = await freePort();
  test = await openTestParts({ METRICS_PORT: String(port) });
  const { parts } = test;
  running = await startRoles(parts, ['worker']);
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const subscriberId = await storeSubscriber(parts.db, { status: 'pending' });
  const requestedAt = parts.clock();
  const expiresAt = new Date(requestedAt.getTime() + 3_600_000);
  const letterId = await addLetter(parts.db, {
    subscriberId,
    kind: 'confirm',
    requestedAt,
    expiresAt,
  });
  await parts.handlers.letter({ letterId });

  const metrics = await (await ask('/metrics')).text();
  expect(metrics).toMatch(/^paperboy_mails_total\{kind="letter",outcome="sent"\} 1$/m);
  expect(metrics).toMatch(/^paperboy_job_duration_seconds_count\{job="letter"\} 1$/m);
  expect(metrics).not.toContain('paperboy_database_up');
  expect((await ask('/healthz')).status).toBe(200);
  expect((await ask('/readyz')).status).toBe(200);
  expect((await ask('/papers')).status).toBe(404);
});

it('A METRICS_PORT that is taken is named', async () => {
  const port = await freePort();
  test = await openTestParts({ PORT: String(port), METRICS_PORT: String(port) });
  await expect(startRoles(test.parts, ['api'])).rejects.toThrow(
    /another program listens there: stop it, or set METRICS_PORT to a free port/,
  );
});
