import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { assessRelay } from '../../../src/commands/doctor/relays.ts';
import { probeRelay } from '../../../src/relay/probe-relay.ts';
import { openTestSmtpServer } from '../../support/smtp-server.ts';

describe('assessRelay', () => {
  it('A relay is checked without sending mail, and its session is closed with QUIT', async () => {
    const sink = await openTestSmtpServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        password === 'right' ? done(null, { user: username }) : done(new Error('Not you')),
    });
    const runDoctor = (password: string) =>
      probeRelay(`smtp://ada:${password}@127.0.0.1:${sink.port}`, {
        heloName: 'me.example.org',
        timeoutMs: 5000,
      });
    const [good, bad] = [await runDoctor('right'), await runDoctor('wrong')];
    await sink.close();
    expect(good).toMatchObject({ problem: null, isAuthenticated: true, isEncrypted: false });
    expect(assessRelay(good)).toMatchObject({ status: 'ok' });
    expect(assessRelay({ ...good, isLoopback: false })).toMatchObject({ status: 'warning' });
    expect(assessRelay(bad)).toMatchObject({ status: 'broken' });
    expect(bad.problem).toContain('refused to authenticate us');
    expect(JSON.stringify([good, bad])).not.toMatch(/wrong|right/);
    expect(sink.mailCommands).toBe(0);
  });

  it('The check of a silent relay ends after its time limit', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const options = { heloName: 'me.example.org', timeoutMs: 100 };
    const { problem } = await probeRelay(`smtp://127.0.0.1:${port}`, options);
    silent.close();
    expect(problem).toBe(`127.0.0.1:${port} did not complete the SMTP handshake within 0.1 s.`);
  });
});
