import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { judgeClock } from '../../src/commands/doctor/clock.ts';
import { judgeDisk } from '../../src/commands/doctor/disk.ts';
import { isPublic } from '../../src/commands/doctor/domain.ts';
import { judgeRelay } from '../../src/commands/doctor/relays.ts';
import { judgeSources } from '../../src/commands/doctor/sources.ts';
import type { SourceState } from '../../src/db/status.ts';
import { lookAtRelay } from '../../src/relay/look-at-relay.ts';
import { openSink } from '../support/sink.ts';

const MB = 1024 * 1024;

describe('The doctor', () => {
  it.each([
    [50, 'broken'],
    [500, 'warning'],
    [5000, 'ok'],
  ])('finds a disk with %i MB left %s', (free, word) => {
    expect(judgeDisk('/srv/paperboy', free * MB).word).toBe(word);
  });

  const database = (aheadMs: number) => ({ whose: 'the database', aheadMs, isRough: false });
  const source = (aheadMs: number) => ({ whose: 'example.org', aheadMs, isRough: true });

  it.each([
    [[], 'ok'],
    [[database(900), source(-4500)], 'ok'],
    [[database(-2500)], 'warning'],
    [[source(6000)], 'warning'],
    [[database(10), source(21_000)], 'broken'],
    [[database(-60_000)], 'broken'],
  ])('judges clocks, %#', (clocks, word) => {
    expect(judgeClock(clocks).word).toBe(word);
  });

  it('says which clock is ahead', () => {
    expect(judgeClock([database(30_000)]).message).toBe(
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
    expect(isPublic(address)).toBe(isSeen);
  });

  const state = (changes: Partial<SourceState>): SourceState => ({
    name: 'hf-daily',
    last: {
      endedAt: new Date('2026-05-08T05:00:00Z'),
      outcome: 'papers',
      found: 1,
      added: 1,
      updated: 0,
      refused: 0,
      detail: null,
    },
    succeededAt: null,
    broughtAt: null,
    broughtDay: null,
    nextAt: null,
    failures: 0,
    ...changes,
  });

  it.each([
    ['one that brings papers', [state({})], 'ok'],
    ['one that was never asked', [], 'warning'],
    ['one that failed once', [state({ failures: 1, last: failed() })], 'warning'],
    ['one that fails again and again', [state({ failures: 3, last: failed() })], 'broken'],
  ] as const)('judges a source: %s', (_what, states, word) => {
    expect(judgeSources(['hf-daily'], states, [])[0]?.word).toBe(word);
  });

  it.each(['it answered 503', 'it answered 503.'])('quotes “%s” as one sentence', (detail) => {
    const [finding] = judgeSources(['hf-daily'], [state({ last: failed(detail) })], []);
    expect(JSON.stringify(finding)).toMatch(/the last answer was: it answered 503\."/);
  });

  function failed(detail = 'it answered 503'): SourceState['last'] {
    const { last } = state({});
    return last && { ...last, outcome: 'failed', detail };
  }
});

describe('A relay is looked at', () => {
  it('without sending, and left in order', async () => {
    const sink = await openSink({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        password === 'right' ? done(null, { user: username }) : done(new Error('Not you')),
    });
    const look = (password: string) =>
      lookAtRelay(`smtp://ada:${password}@127.0.0.1:${sink.port}`, {
        heloName: 'me.example.org',
        timeoutMs: 5000,
      });
    const [good, bad] = [await look('right'), await look('wrong')];
    await sink.close();
    expect(good).toMatchObject({ problem: null, isSignedIn: true, isEncrypted: false });
    expect(judgeRelay(good)).toMatchObject({ word: 'ok' });
    expect(judgeRelay({ ...good, isLoopback: false })).toMatchObject({ word: 'warning' });
    expect(judgeRelay(bad)).toMatchObject({ word: 'broken' });
    expect(bad.problem).toContain('did not let us sign in');
    expect(JSON.stringify([good, bad])).not.toMatch(/wrong|right/);
    expect(sink.tries).toBe(0);
  });

  it('for no longer than was said', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const options = { heloName: 'me.example.org', timeoutMs: 100 };
    const { problem } = await lookAtRelay(`smtp://127.0.0.1:${port}`, options);
    silent.close();
    expect(problem).toBe(`127.0.0.1:${port} did not let us in within 0.1 s.`);
  });
});
