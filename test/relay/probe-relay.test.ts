import { describe, expect, it } from 'vitest';
import { probeRelay } from '../../src/relay/probe-relay.ts';
import { findFreePort } from '../support/free-port.ts';
import { useRelayFixture } from './support/relays.ts';

const { sinkWith } = useRelayFixture();

const OPTIONS = { heloName: 'me.example.org', timeoutMs: 5000 };

describe('Probing a relay', () => {
  it('A probe of a working relay finds no problem and sends no mail', async () => {
    const sink = await sinkWith();
    expect(await probeRelay(sink.url, OPTIONS)).toEqual({
      relay: `127.0.0.1:${sink.port}`,
      problem: null,
      isEncrypted: false,
      isAuthenticated: false,
      isLoopback: true,
    });
    expect(sink.mailCommands).toBe(0);
  });

  it('A probe of a closed port reports why the connection failed', async () => {
    const port = await findFreePort();
    const { problem } = await probeRelay(`smtp://127.0.0.1:${port}`, OPTIONS);
    expect(problem).toMatch(/^127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/);
  });
});
