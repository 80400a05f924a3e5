import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alerts } from '../../src/services/alerts/alerts.ts';
import { createRelayAlerts } from '../../src/wiring/alerts.ts';

const DOWN = { relay: 'relay.example.org:25', isAvailable: false, sentence: 'It is away.' };
const UP = { ...DOWN, isAvailable: true, sentence: 'It is back.' };
let output: string[];
let relays: ReturnType<typeof createRelayAlerts>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  output = [];
  const alerts: Alerts = {
    raise: async ({ kind, subject }) => void output.push(`raise ${kind} ${subject}`),
    end: async ({ kind, subject }) => void output.push(`end ${kind} ${subject}`),
  };
  relays = createRelayAlerts({ alerts, log: () => undefined });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('The alarm of a relay', () => {
  it('is noted every minute as long as the relay is down, and ended when it is back', () => {
    relays.note(DOWN);
    vi.advanceTimersByTime(120_000);
    expect(output).toEqual(Array(3).fill('raise relay-down relay.example.org:25'));
    relays.note(UP);
    vi.advanceTimersByTime(120_000);
    expect(output.slice(3)).toEqual(['end relay-down relay.example.org:25']);
  });

  it('is noted no more by a process that ends: it may be gone for good', () => {
    relays.note(DOWN);
    relays.close();
    vi.advanceTimersByTime(120_000);
    expect(output).toHaveLength(1);
  });
});
