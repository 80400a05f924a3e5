import { afterEach, expect, it } from 'vitest';
import { addTransactionalEmail } from '../../src/db/transactional/transactional-emails.ts';
import { type RunningRoles, startRoles } from '../../src/roles.ts';
import { findFreePort } from '../support/free-port.ts';
import { storeSubscriber } from '../support/rows.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp | undefined;
let running: RunningRoles | undefined;
afterEach(async () => {
  await running?.stop();
  await test?.close();
});

it('A worker serves its own metrics at METRICS_PORT, without the status of the installation', async () => {
  const port = await findFreePort();
  test = await openTestApp({ METRICS_PORT: String(port) });
  const { app } = test;
  running = await startRoles(app, ['worker']);
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const subscriberId = await storeSubscriber(app.db, { status: 'pending' });
  const requestedAt = app.clock();
  const expiresAt = new Date(requestedAt.getTime() + 3_600_000);
  const emailId = await addTransactionalEmail(app.db, {
    subscriberId,
    kind: 'confirm',
    requestedAt,
    expiresAt,
  });
  await app.handlers['transactional-email']({ emailId });

  const metrics = await (await ask('/metrics')).text();
  expect(metrics).toMatch(/^paperboy_mails_total\{kind="transactional",outcome="sent"\} 1$/m);
  expect(metrics).toMatch(/^paperboy_job_duration_seconds_count\{job="transactional-email"\} 1$/m);
  expect(metrics).not.toContain('paperboy_database_up');
  expect((await ask('/healthz')).status).toBe(200);
  expect((await ask('/readyz')).status).toBe(200);
  expect((await ask('/papers')).status).toBe(404);
});

it('The error about a used METRICS_PORT names that setting', async () => {
  const port = await findFreePort();
  test = await openTestApp({ PORT: String(port), METRICS_PORT: String(port) });
  await expect(startRoles(test.app, ['api'])).rejects.toThrow(
    /another program listens there: stop it, or set METRICS_PORT to a free port/,
  );
});
