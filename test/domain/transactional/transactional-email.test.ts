import { describe, expect, it } from 'vitest';
import {
  TRANSACTIONAL_KINDS,
  TRANSACTIONAL_LINK_LIFETIME_MS,
  TRANSACTIONAL_MIN_INTERVAL_MS,
} from '../../../src/domain/transactional/transactional-email.ts';

const MINUTE_MS = 60_000;

describe('letters', () => {
  it('to export or erase work for 30 minutes, so that a forwarded mail does no harm for long', () => {
    expect(TRANSACTIONAL_LINK_LIFETIME_MS.export).toBe(30 * MINUTE_MS);
    expect(TRANSACTIONAL_LINK_LIFETIME_MS.erase).toBe(30 * MINUTE_MS);
  });

  it('to confirm outlive a night and a weekend day', () => {
    expect(TRANSACTIONAL_LINK_LIFETIME_MS.confirm).toBeGreaterThanOrEqual(24 * 60 * MINUTE_MS);
  });

  it('each have a lifetime', () => {
    expect(Object.keys(TRANSACTIONAL_LINK_LIFETIME_MS).sort()).toEqual(
      [...TRANSACTIONAL_KINDS].sort(),
    );
  });

  it('of one kind go to one address no more than once in an hour', () => {
    expect(TRANSACTIONAL_MIN_INTERVAL_MS).toBe(60 * MINUTE_MS);
  });
});
