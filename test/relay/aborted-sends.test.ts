import { describe, expect, it } from 'vitest';
import type { RelayOptions } from '../../src/relay/relay.ts';
import { buildMessage, useRelayFixture } from './support/relays.ts';
import type { Script } from './support/scripted-relay.ts';
import { createFakeTimers } from './support/timers.ts';

const { relayWith, scripted } = useRelayFixture();

const EXTENSION_SETS = [
  ['with PIPELINING', ['PIPELINING']],
  ['without PIPELINING', []],
] as const;

async function open(
  extensions: readonly string[],
  script: Script = () => undefined,
  options: Partial<RelayOptions> = {},
) {
  const server = await scripted(extensions, script);
  const relay = relayWith({
    urls: [server.url],
    maxConnections: 1,
    ...options,
    timers: createFakeTimers(),
  });
  return { server, relay };
}

const recipientLines = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('RCPT'));

describe.each(EXTENSION_SETS)('A message that may not be sent any more, %s', (_way, extensions) => {
  it('A cancelled message ends when its permit comes, and the next one is sent', async () => {
    let grant = () => {};
    const permit = new Promise<void>((resolve) => {
      grant = resolve;
    });
    let maySend = true;
    const { server, relay } = await open(extensions, undefined, { acquirePermit: () => permit });
    const late = relay.send(buildMessage('late@example.org'), () => maySend);
    const next = relay.send(buildMessage());
    maySend = false;
    grant();
    expect(await late).toEqual({
      kind: 'cancelled',
      problem: 'Sending was cancelled.',
      relay: server.name,
    });
    expect(await next).toMatchObject({ kind: 'answered' });
    expect(recipientLines(server.lines)).toEqual(['RCPT TO:<ada@example.org>']);
    expect(server.connections).toBe(1);
  });

  it('A message can be cancelled before its dot, also on a reused connection', async () => {
    let maySend = true;
    const { server, relay } = await open(extensions, (step, time) => {
      if (step === 'DATA' && time === 2) maySend = false;
      return undefined;
    });
    await relay.send(buildMessage());
    expect(await relay.send(buildMessage(), () => maySend)).toMatchObject({
      kind: 'cancelled',
      problem: 'Sending was cancelled.',
    });
    expect(server.connections).toBe(1);
    expect(await relay.send(buildMessage())).toMatchObject({ kind: 'answered' });
    expect(server.messages).toHaveLength(2);
    expect(relay.isAvailable()).toBe(true);
  });

  it('A message cancelled after its dot keeps the reply of the relay', async () => {
    let maySend = true;
    const { server, relay } = await open(extensions, (step) => {
      if (step === 'dot') maySend = false;
      return undefined;
    });
    expect(await relay.send(buildMessage(), () => maySend)).toMatchObject({ kind: 'answered' });
    expect(server.messages).toHaveLength(1);
  });

  it('A message that its relay asked to wait is unsent, although it may not be sent any more', async () => {
    let maySend = true;
    const { relay } = await open(extensions, (step) => {
      if (step !== 'RCPT') return undefined;
      maySend = false;
      return { say: '421 4.7.0 Slow down' };
    });
    expect(await relay.send(buildMessage(), () => maySend)).toMatchObject({
      kind: 'unsent',
      problem: expect.stringContaining('421'),
      requestsBackoff: true,
    });
  });

  it('A cancelled message goes to no other relay', async () => {
    let maySend = true;
    const { server: second } = await open(extensions);
    const { server, relay } = await open(extensions, (step) => {
      if (step !== 'MAIL') return undefined;
      maySend = false;
      return { drop: true };
    });
    const both = relayWith({ urls: [server.url, second.url], maxConnections: 1 });
    expect(await both.send(buildMessage(), () => maySend)).toMatchObject({ kind: 'cancelled' });
    expect(second.connections).toBe(0);
    expect(relay.isAvailable()).toBe(true);
  });
});
