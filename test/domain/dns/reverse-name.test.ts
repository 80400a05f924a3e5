import { expect, it } from 'vitest';
import { toReverseDnsName } from '../../../src/domain/dns/reverse-name.ts';

it.each([
  ['192.0.2.7', '7.2.0.192.in-addr.arpa'],
  ['2001:db8::5', `5.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ['::1', `1.${'0.'.repeat(31)}ip6.arpa`],
  ['fe80::1%eth0', `1.${'0.'.repeat(28)}8.e.f.ip6.arpa`],
])('The reverse DNS name of %s is %s', (address, name) => {
  expect(toReverseDnsName(address)).toBe(name);
});
