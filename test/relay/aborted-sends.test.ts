import { describe, expect, it } from 'vitest';
import type { RelayOptions } from '../../src/relay/relay.ts';
import { buildMessage, useRelayFixture } from './support/relays.ts';
import type { Script } from './support/scripted-relay.ts';
import { createFakeTimers } from './support/timers.ts';

const { relayWith, scripted } = useRelayFixture();

const WAYS = [
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

const mailsOf = (lines: readonly string[]) => lines.filter((line) => line.startsWith('RCPT'));

describe.each(WAYS)('A message that may not go any more, %s', (_way, extensions) => {
  it('is given back when its turn comes, and the next one takes its place', async () => {
    let letIn = () => {};
    const permit = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    let mayGo = true;
    const { server, relay } = await open(extensions, undefined, { acquirePermit: () => permit });
    const late = relay.send(buildMessage('late@example.org'), () => mayGo);
    const next = relay.send(buildMessage());
    mayGo = false;
    letIn();
    expect(await late).toEqual({
      kind: 'unsent',
      problem: 'The mail was called back before it left.',
      relay: server.name,
    });
    expect(await next).toMatchObject({ kind: 'answered' });
    expect(mailsOf(server.lines)).toEqual(['RCPT TO:<ada@example.org>']);
    expect(server.connections).toBe(1);
  });

  it('is taken back before its dot, even when its connection was in use before', async () => {
    let mayGo = true;
    const { server, relay } = await open(extensions, (step, time) => {
      if (step === 'DATA' && time === 2) mayGo = false;
      return undefined;
    });
    await relay.send(buildMessage());
    expect(await relay.send(buildMessage(), () => mayGo)).toMatchObject({
      kind: 'unsent',
      problem: 'The mail was called back before it left.',
    });
    expect(server.connections).toBe(1);
    expect(await relay.send(buildMessage())).toMatchObject({ kind: 'answered' });
    expect(server.messages).toHaveLength(2);
    expect(relay.isAvailable()).toBe(true);
  });

  it('stays with the relay once its dot is out', async () => {
    let mayGo = true;
    const { server, relay } = await open(extensions, (step) => {
      if (step === 'dot') mayGo = false;
      return undefined;
    });
    expect(await relay.send(buildMessage(), () => mayGo)).toMatchObject({ kind: 'answered' });
    expect(server.messages).toHaveLength(1);
  });

  it('goes to no other relay either', async () => {
    let mayGo = true;
    const { server: second } = await open(extensions);
    const { server, relay } = await open(extensions, (step) => {
      if (step !== 'MAIL') return undefined;
      mayGo = false;
      return { drop: true };
    });
    const both = relayWith({ urls: [server.url, second.url], maxConnections: 1 });
    expect(await both.send(buildMessage(), () => mayGo)).toMatchObject({ kind: 'unsent' });
    expect(second.connections).toBe(0);
    expect(relay.isAvailable()).toBe(true);
  });
});
