import dns from 'node:dns';
import { afterEach, expect, it, vi } from 'vitest';
import { parseRelayUrl } from '../../../src/domain/smtp/relay-url.ts';
import { type ConnectionEvent, connectBySocket } from '../../../src/relay/session/connection.ts';
import { findFreePort } from '../../support/free-port.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('The problem of a relay with several addresses names each that was tried', async () => {
  const endpoint = parseRelayUrl(`smtp://relay.example.org:${await findFreePort()}`);
  const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
  vi.spyOn(dns, 'lookup').mockImplementation(((
    _host: string,
    _options: object,
    done: (error: null, found: typeof addresses) => void,
  ) => done(null, addresses)) as never);
  const event = await new Promise<ConnectionEvent>((resolve) => {
    connectBySocket()(endpoint, resolve);
  });
  expect(event).toEqual({
    kind: 'broken',
    message: expect.stringMatching(
      /ECONNREFUSED 127\.0\.0\.1:\d+; connect ECONNREFUSED 127\.0\.0\.2/,
    ),
  });
});
