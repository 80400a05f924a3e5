import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time/units.ts';
import {
  TRANSACTIONAL_KINDS,
  TRANSACTIONAL_LINK_LIFETIME_MS,
  TRANSACTIONAL_MIN_INTERVAL_MS,
} from '../../../src/domain/transactional/transactional-email.ts';

describe('Transactional e-mails', () => {
  it('Links to export or erase work for 30 minutes, since a forwarded one could do harm', () => {
    expect(TRANSACTIONAL_LINK_LIFETIME_MS.export).toBe(30 * MINUTE_MS);
    expect(TRANSACTIONAL_LINK_LIFETIME_MS.erase).toBe(30 * MINUTE_MS);
  });

  it('A link to confirm works for at least a day', () => {
    expect(TRANSACTIONAL_LINK_LIFETIME_MS.confirm).toBeGreaterThanOrEqual(24 * HOUR_MS);
  });

  it('Every kind has a link lifetime', () => {
    expect(Object.keys(TRANSACTIONAL_LINK_LIFETIME_MS).sort()).toEqual(
      [...TRANSACTIONAL_KINDS].sort(),
    );
  });

  it('An address gets at most one confirmation e-mail an hour', () => {
    expect(TRANSACTIONAL_MIN_INTERVAL_MS.confirm).toBe(HOUR_MS);
  });
});
