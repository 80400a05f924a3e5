import { afterEach, describe, expect, it } from 'vitest';
import { endLeases } from '../../../src/db/deliveries/transitions/end-leases.ts';
import { skipDeliveriesOf } from '../../../src/db/deliveries/transitions/skip-subscriber.ts';
import { openRelay, type Relay, type RelayOptions } from '../../../src/relay/relay.ts';
import { openScriptedRelay, type ScriptedRelay } from '../../relay/support/scripted-relay.ts';
import { createFakeTimers } from '../../relay/support/timers.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { buildSubscribers, useSendingFixture } from './sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database, deliver, deliverOne, deps, lease, rows, statesOf } = fixture;
const opened: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

function relayTo(server: ScriptedRelay, options: Partial<RelayOptions> = {}): Relay {
  const timers = createFakeTimers();
  const relay = openRelay({ urls: [server.url], maxConnections: 1, timers, ...options });
  opened.push({
    close: () => {
      const closing = relay.close({ graceMs: 0 });
      timers.advance(10);
      return closing;
    },
  });
  return relay;
}

async function openServer(): Promise<ScriptedRelay> {
  const server = await openScriptedRelay(['PIPELINING']);
  opened.push(server);
  return server;
}

/** A rate limit that grants nothing until `grantAll`. */
function createHeldPermits() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    acquirePermit: () => new Promise<void>((resolve) => waiting.push(resolve)),
    grantAll: () => {
      for (const grant of waiting.splice(0)) grant();
    },
  };
}

describe('Before a mail can begin', () => {
  it('Nobody who unsubscribes while their mail waits for a permit gets it', async () => {
    const server = await openServer();
    const permits = createHeldPermits();
    const { digestId, ids } = await composeFor(buildSubscribers(2));
    const worker = deps({ relay: relayTo(server, permits) });
    const { ended } = await startOne(worker, { digestId, leaseId: await lease() }, () =>
      waitUntil(() => permits.waiting.length === 2),
    );
    await database.db.transaction((tx) =>
      skipDeliveriesOf(tx, ids[0] ?? 0, 'Unsubscribed.', clock()),
    );
    permits.grantAll();
    expect(await ended).toMatchObject({ sent: 1 });
    expect(await statesOf(digestId)).toEqual(['skipped', 'sent']);
    expect(server.lines.filter((line) => line.startsWith('RCPT'))).toEqual([
      'RCPT TO:<r1@example.org>',
    ]);
  });

  it('Nobody who unsubscribes while the relay has not greeted gets the mail', async () => {
    const server = await openServer();
    server.script((step) => (step === 'greeting' ? { say: '' } : undefined));
    const { digestId, ids } = await composeFor(buildSubscribers(2));
    const worker = deps({ relay: relayTo(server) });
    const { ended } = await startOne(worker, { digestId, leaseId: await lease() }, () =>
      server.waitForStep('greeting'),
    );
    expect(await statesOf(digestId)).toEqual(['claimed', 'claimed']);
    await database.db.transaction((tx) =>
      skipDeliveriesOf(tx, ids[0] ?? 0, 'Unsubscribed.', clock()),
    );
    server.writeToAll('220 here I am\r\n');
    expect(await ended).toMatchObject({ sent: 1 });
    expect(await statesOf(digestId)).toEqual(['skipped', 'sent']);
  });

  it.each(['permit', 'greeting'] as const)(
    'A worker that dies while its mails wait for a %s leaves nothing unknown',
    async (awaited) => {
      const server = await openServer();
      const permits = createHeldPermits();
      if (awaited === 'greeting')
        server.script((step) => (step === 'greeting' ? { say: '' } : undefined));
      const { digestId } = await composeFor(buildSubscribers(3));
      const relay = relayTo(server, awaited === 'permit' ? permits : {});
      const leaseId = await lease();
      const { ended } = await startOne(deps({ relay }), { digestId, leaseId }, () =>
        awaited === 'permit'
          ? waitUntil(() => permits.waiting.length === 2)
          : server.waitForStep('greeting'),
      );
      expect(await statesOf(digestId)).toEqual(['claimed', 'claimed', 'claimed']);
      expect(await endLeases(database.db, { id: leaseId }, clock())).toMatchObject({
        pending: 3,
        unknown: 0,
      });
      fixture.stopping.abort();
      permits.grantAll();
      void relay.close({ graceMs: 0 });
      expect(await ended).toMatchObject({ sent: 0 });
    },
  );

  it('A worker that stops while the store of the rate limit is away keeps nothing in sending', async () => {
    const server = await openServer();
    const { digestId } = await composeFor(buildSubscribers(3));
    const relay = relayTo(server, { acquirePermit: () => new Promise(() => undefined) });
    const { ended } = await startOne(deps({ relay }), { digestId, leaseId: await lease() }, () =>
      server.waitForStep('EHLO'),
    );
    fixture.stopping.abort();
    expect(await ended).toMatchObject({ claimed: 3, sent: 0 });
    expect(await rows(digestId)).toMatchObject(
      Array(3).fill({ state: 'pending', lease: null, attempts: 0 }),
    );
  });

  it('A digest is sent when the first connections to its relay fail', async () => {
    const server = await openServer();
    server.script((step, time) => (step === 'greeting' && time < 3 ? { drop: true } : undefined));
    const { digestId } = await composeFor(buildSubscribers(5));
    const worker = deps({ relay: relayTo(server) });
    expect(await deliver(worker, { digestId, leaseId: await lease() })).toMatchObject({ sent: 5 });
  });
});

/** Starts the batch and resolves once `isWaiting` does. */
async function startOne(
  worker: ReturnType<typeof deps>,
  { digestId, leaseId }: { digestId: number; leaseId: number },
  isWaiting: () => Promise<unknown>,
) {
  const started = deliverOne(worker, { digestId, batch: 0, leaseId });
  await isWaiting();
  return { ended: started.then(({ ended }) => ended) };
}
