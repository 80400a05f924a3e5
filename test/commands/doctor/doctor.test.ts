import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { assessClock } from '../../../src/commands/doctor/clock.ts';
import { assessDisk } from '../../../src/commands/doctor/disk.ts';
import { isPublicAddress } from '../../../src/commands/doctor/domain.ts';
import { assessRelay } from '../../../src/commands/doctor/relays.ts';
import { assessSources } from '../../../src/commands/doctor/sources.ts';
import type { SourceState } from '../../../src/domain/sources/source-history.ts';
import { probeRelay } from '../../../src/relay/probe-relay.ts';
import { openTestSmtpServer } from '../../support/smtp-server.ts';

const MB = 1024 * 1024;

describe('The doctor', () => {
  it.each([
    [50, 'broken'],
    [500, 'warning'],
    [5000, 'ok'],
  ])('finds a disk with %i MB left %s', (free, word) => {
    expect(assessDisk('/srv/paperboy', free * MB).status).toBe(word);
  });

  const database = (offsetMs: number) => ({ clockName: 'the database', offsetMs, isCoarse: false });
  const source = (offsetMs: number) => ({ clockName: 'example.org', offsetMs, isCoarse: true });

  it.each([
    [[], 'ok'],
    [[database(900), source(-4500)], 'ok'],
    [[database(-2500)], 'warning'],
    [[source(6000)], 'warning'],
    [[database(10), source(21_000)], 'broken'],
    [[database(-60_000)], 'broken'],
  ])('judges clocks, %#', (clocks, word) => {
    expect(assessClock(clocks).status).toBe(word);
  });

  it('says which clock is ahead', () => {
    expect(assessClock([database(30_000)]).message).toBe(
      'The clock of the database is 30 s ahead of this machine’s.',
    );
  });

  it.each([
    ['10.1.2.3', false],
    ['172.20.0.1', false],
    ['100.64.0.1', false],
    ['192.168.1.1', false],
    ['169.254.1.1', false],
    ['fd00::1', false],
    ['fe80::1', false],
    ['192.0.2.7', true],
    ['172.32.0.1', true],
    ['2001:db8::1', true],
  ])('takes %s for one that others see: %s', (address, isSeen) => {
    expect(isPublicAddress(address)).toBe(isSeen);
  });

  const state = (changes: Partial<SourceState>): SourceState => ({
    name: 'hf-daily',
    lastFetch: {
      endedAt: new Date('2026-05-08T05:00:00Z'),
      outcome: 'papers',
      found: 1,
      added: 1,
      updated: 0,
      refused: 0,
      detail: null,
    },
    succeededAt: null,
    lastNewPaperAt: null,
    newestListDay: null,
    nextAt: null,
    consecutiveFailures: 0,
    ...changes,
  });

  it.each([
    ['one that brings papers', [state({})], 'ok'],
    ['one that was never asked', [], 'warning'],
    ['one that failed once', [state({ consecutiveFailures: 1, lastFetch: failed() })], 'warning'],
    [
      'one that fails again and again',
      [state({ consecutiveFailures: 3, lastFetch: failed() })],
      'broken',
    ],
  ] as const)('judges a source: %s', (_what, states, word) => {
    expect(assessSources(['hf-daily'], states, [])[0]?.status).toBe(word);
  });

  it.each(['it answered 503', 'it answered 503.'])('quotes “%s” as one sentence', (detail) => {
    const [finding] = assessSources(['hf-daily'], [state({ lastFetch: failed(detail) })], []);
    expect(JSON.stringify(finding)).toMatch(/the last answer was: it answered 503\."/);
  });

  function failed(detail = 'it answered 503'): SourceState['lastFetch'] {
    const { lastFetch: last } = state({});
    return last && { ...last, outcome: 'failed', detail };
  }
});

describe('A relay is looked at', () => {
  it('without sending, and left in order', async () => {
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

  it('for no longer than was said', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const options = { heloName: 'me.example.org', timeoutMs: 100 };
    const { problem } = await probeRelay(`smtp://127.0.0.1:${port}`, options);
    silent.close();
    expect(problem).toBe(`127.0.0.1:${port} did not complete the SMTP handshake within 0.1 s.`);
  });
});
