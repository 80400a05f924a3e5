import { afterEach } from 'vitest';
import { createMessage, type Message } from '../../../src/domain/smtp/message.ts';
import { openRelay, type Relay, type RelayOptions } from '../../../src/relay/relay.ts';
import { openTestSmtpServer, type TestSmtpServer } from '../../support/smtp-server.ts';
import { openScriptedRelay, type Script, type ScriptedRelay } from './scripted-relay.ts';
import type { FakeTimers } from './timers.ts';

/** Servers and relays for one test file. After each test all in `opened` are closed, the last
 *  first. */
export function useRelayFixture() {
  const opened: { close(): Promise<unknown> }[] = [];

  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close();
  });

  return {
    opened,

    /** A scripted server. `extensions` are the lines of EHLO. */
    async scripted(
      extensions: readonly string[] = ['PIPELINING'],
      script?: Script,
    ): Promise<ScriptedRelay> {
      const server = await openScriptedRelay(extensions);
      if (script) server.script(script);
      opened.push(server);
      return server;
    },

    /** A real SMTP server. */
    async sinkWith(...args: Parameters<typeof openTestSmtpServer>): Promise<TestSmtpServer> {
      const sink = await openTestSmtpServer(...args);
      opened.push(sink);
      return sink;
    },

    /** A relay with a fixed `random`. With fake timers it closes at once. */
    relayWith(options: Omit<RelayOptions, 'timers'> & { timers?: FakeTimers | undefined }): Relay {
      const { timers, ...others } = options;
      const relay = openRelay({ random: () => 0.5, ...others, ...(timers && { timers }) });
      opened.push({
        close: () => {
          const closing = relay.close({ graceMs: 0 });
          timers?.advance(10);
          return closing;
        },
      });
      return relay;
    },
  };
}

/** A short message. */
export function buildMessage(to = 'ada@example.org'): Message {
  const bytes = Buffer.from(`To: ${to}\r\n\r\nHello.\r\n`);
  return createMessage({ from: 'papers@example.com', to }, [bytes], { isWireReady: true });
}
