import { afterEach, describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/message.ts';
import { openRelay, type RelayOptions } from '../../src/relay/relay.ts';
import { openScriptedRelay, type Script } from './support/scripted-relay.ts';
import { testTimers } from './support/timers.ts';

const opened: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

const WAYS = [
  ['with PIPELINING', ['PIPELINING']],
  ['without PIPELINING', []],
] as const;

async function open(
  extensions: readonly string[],
  script: Script = () => undefined,
  options: Partial<RelayOptions> = {},
) {
  const server = await openScriptedRelay(extensions);
  server.script(script);
  opened.push(server);
  const timers = testTimers();
  const relay = openRelay({ urls: [server.url], connections: 1, timers, ...options });
  opened.push({
    close: () => {
      const closing = relay.close({ graceMs: 0 });
      timers.pass(10);
      return closing;
    },
  });
  return { server, relay };
}

function message(to = 'ada@example.org'): Message {
  return {
    envelope: { from: 'papers@example.com', to },
    content: [Buffer.from('To: you\r\n\r\nHello.\r\n')],
    isPlain: true,
  };
}

const mailsOf = (lines: readonly string[]) => lines.filter((line) => line.startsWith('RCPT'));

describe.each(WAYS)('A message that may not go any more, %s', (_way, extensions) => {
  it('is given back when its turn comes, and the next one takes its place', async () => {
    let letIn = () => {};
    const turn = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    let mayGo = true;
    const { server, relay } = await open(extensions, undefined, { takeTurn: () => turn });
    const late = relay.send(message('late@example.org'), () => mayGo);
    const next = relay.send(message());
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
    await relay.send(message());
    expect(await relay.send(message(), () => mayGo)).toMatchObject({
      kind: 'unsent',
      problem: 'The mail was called back before it left.',
    });
    expect(server.connections).toBe(1);
    expect(await relay.send(message())).toMatchObject({ kind: 'answered' });
    expect(server.messages).toHaveLength(2);
    expect(relay.isOpen()).toBe(true);
  });

  it('stays with the relay once its dot is out', async () => {
    let mayGo = true;
    const { server, relay } = await open(extensions, (step) => {
      if (step === 'dot') mayGo = false;
      return undefined;
    });
    expect(await relay.send(message(), () => mayGo)).toMatchObject({ kind: 'answered' });
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
    const both = openRelay({ urls: [server.url, second.url], connections: 1 });
    opened.push(both);
    expect(await both.send(message(), () => mayGo)).toMatchObject({ kind: 'unsent' });
    expect(second.connections).toBe(0);
    expect(relay.isOpen()).toBe(true);
  });
});
