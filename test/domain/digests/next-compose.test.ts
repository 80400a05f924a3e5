import { expect, it } from 'vitest';
import { nextComposeAt } from '../../../src/domain/digests/next-compose.ts';

const AT = { hour: 5, minute: 30 };

it.each([
  ['daily', '2026-05-08T05:29:59Z', '2026-05-08T05:30:00.000Z'],
  ['daily', '2026-05-08T05:30:00Z', '2026-05-09T05:30:00.000Z'],
  ['daily', '2026-12-31T23:00:00Z', '2027-01-01T05:30:00.000Z'],
  ['weekly', '2026-05-08T05:30:00Z', '2026-05-11T05:30:00.000Z'],
  ['weekly', '2026-05-11T05:29:00Z', '2026-05-11T05:30:00.000Z'],
  ['weekly', '2026-05-11T05:30:00Z', '2026-05-18T05:30:00.000Z'],
] as const)('The next %s digest after %s is composed at %s', (kind, now, at) => {
  expect(nextComposeAt(kind, AT, new Date(now)).toISOString()).toBe(at);
});
