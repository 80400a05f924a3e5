import { expect, it } from 'vitest';
import { isPublicAddress } from '../../../src/commands/doctor/domain.ts';

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
])('Whether %s is a public address: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});
