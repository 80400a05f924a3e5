import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alerts } from '../../../src/services/alerts/alerts.ts';
import {
  createRelayChangeHandler,
  type RelayChangeHandler,
} from '../../../src/services/deliveries/relay-changes.ts';

const DOWN = { relay: 'relay.example.org:25', isAvailable: false, sentence: 'It is down.' };
const UP = { ...DOWN, isAvailable: true, sentence: 'It is back.' };
let output: string[];
let relays: RelayChangeHandler;
let isInUse: boolean;
let askedSince: Date;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  output = [];
  isInUse = false;
  const alerts: Alerts = {
    raise: async ({ kind, subject }) => void output.push(`raise ${kind} ${subject}`),
    end: async ({ kind, subject }) => void output.push(`end ${kind} ${subject}`),
  };
  relays = createRelayChangeHandler({
    alerts,
    log: (level, event) => void output.push(`${level} ${event}`),
    enqueueDue: async () => void output.push('enqueue due batches'),
    isInUse: async (_relay, since) => {
      askedSince = since;
      return isInUse;
    },
    clockGuard: { databaseClock: () => new Date('2026-05-08T07:00:00Z') },
  });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('The handler of relay changes', () => {
  it('The alert of a relay is raised every minute while the relay is down', async () => {
    relays.handle(DOWN);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(output).toEqual([
      'error It is down.',
      ...Array(3).fill('raise relay-down relay.example.org:25'),
    ]);
  });

  it('A relay is in use when it accepted a mail in the last 30 seconds of the database, which dates them', () => {
    relays.handle(DOWN);
    expect(askedSince).toEqual(new Date('2026-05-08T06:59:30Z'));
  });

  it('The alert ends and the due batches are enqueued when the relay is back', async () => {
    relays.handle(DOWN);
    output = [];
    relays.handle(UP);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(output).toEqual([
      'info It is back.',
      'end relay-down relay.example.org:25',
      'enqueue due batches',
    ]);
  });

  it('A relay that other workers send through is no alert until they cannot either', async () => {
    isInUse = true;
    relays.handle(DOWN);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(output).toEqual(['error It is down.']);
    isInUse = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(output).toEqual(['error It is down.', 'raise relay-down relay.example.org:25']);
  });

  it('No alert is raised after the handler was closed, since the relay may never come back', async () => {
    relays.handle(DOWN);
    output = [];
    relays.close();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(output).toEqual([]);
  });
});
