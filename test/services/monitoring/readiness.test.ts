import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openServerDatabase } from '../../../src/db/client.ts';
import type { RelayProbeResult } from '../../../src/relay/probe-relay.ts';
import {
  createReadinessProbe,
  type ReadinessDeps,
} from '../../../src/services/monitoring/readiness.ts';
import { useDatabase } from '../../support/database.ts';

const here = useDatabase();
const sockets = new Set<Socket>();
const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
beforeAll(async () => {
  await once(silent.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  silent.close();
});

const relay = (problem: string | null): RelayProbeResult => ({
  relay: 'relay.example.org:587',
  problem,
  isEncrypted: true,
  isAuthenticated: true,
  isLoopback: false,
});

function open(deps: Partial<ReadinessDeps>) {
  const changes: string[] = [];
  const readiness = createReadinessProbe({
    database: here.database,
    queue: { check: async () => undefined },
    isQueueInPostgres: false,
    probeRelays: null,
    onChange: (part, { status: word }) => changes.push(`${part} ${word}`),
    elapsedMs: () => 0,
    ...deps,
  });
  return { readiness, changes };
}

it('A part that accepts connections but never answers fails and hides no other', async () => {
  const { port } = silent.address() as AddressInfo;
  const url = `postgres://nobody@127.0.0.1:${port}/none`;
  const database = openServerDatabase(url, { connections: 2 });
  const hangs = () => new Promise<never>(() => undefined);
  const { readiness, changes } = open({
    database,
    queue: { check: hangs },
    probeRelays: async () => [relay(null)],
    answerTimeoutMs: 50,
  });
  const states = await readiness.check();
  expect(Object.entries(states).map(([part, { status: word }]) => `${part} ${word}`)).toEqual([
    'database failed',
    'migrations failed',
    'queue failed',
    'relay ok',
  ]);
  expect(changes.toSorted()).toEqual(['database failed', 'migrations failed', 'queue failed']);
});

it('Relays are probed again after 30 s, or after 10 s when all of them failed', async () => {
  let now = 0;
  let problem: string | null = null;
  let asked = 0;
  const probeRelays = async () => {
    asked += 1;
    return [relay(problem)];
  };
  const { readiness, changes } = open({ probeRelays, elapsedMs: () => now });
  const statusAt = async (ms: number) => {
    now = ms;
    return (await readiness.check()).relay.status;
  };
  expect(await statusAt(0)).toBe('ok');
  problem = 'It is gone.';
  expect([await statusAt(29_999), asked]).toEqual(['ok', 1]);
  expect([await statusAt(30_000), asked]).toEqual(['failed', 2]);
  problem = null;
  expect([await statusAt(39_999), asked]).toEqual(['failed', 2]);
  expect([await statusAt(40_000), asked]).toEqual(['ok', 3]);
  expect(changes).toEqual(['relay failed', 'relay ok']);
});

it('Simultaneous calls share one check', async () => {
  let asked = 0;
  const check = async () => {
    asked += 1;
  };
  const { readiness } = open({ queue: { check } });
  await Promise.all([readiness.check(), readiness.check(), readiness.check()]);
  expect(asked).toBe(1);
});
