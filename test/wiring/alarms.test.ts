import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alarms } from '../../src/services/support/alarms.ts';
import { watchRelays } from '../../src/wiring/alarms.ts';

const DOWN = { relay: 'relay.example.org:25', isInOrder: false, sentence: 'It is away.' };
const UP = { ...DOWN, isInOrder: true, sentence: 'It is back.' };
let said: string[];
let relays: ReturnType<typeof watchRelays>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  said = [];
  const alarms: Alarms = {
    raise: async ({ kind, subject }) => void said.push(`raise ${kind} ${subject}`),
    end: async ({ kind, subject }) => void said.push(`end ${kind} ${subject}`),
  };
  relays = watchRelays({ alarms, log: () => undefined });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('The alarm of a relay', () => {
  it('is noted every minute as long as the relay is down, and ended when it is back', () => {
    relays.note(DOWN);
    vi.advanceTimersByTime(120_000);
    expect(said).toEqual(Array(3).fill('raise relay-down relay.example.org:25'));
    relays.note(UP);
    vi.advanceTimersByTime(120_000);
    expect(said.slice(3)).toEqual(['end relay-down relay.example.org:25']);
  });

  it('is noted no more by a process that ends: it may be gone for good', () => {
    relays.note(DOWN);
    relays.close();
    vi.advanceTimersByTime(120_000);
    expect(said).toHaveLength(1);
  });
});
