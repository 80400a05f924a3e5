import { describe, expect, it } from 'vitest';
import { maskToNetwork } from '../../src/http/network.ts';

describe('maskToNetwork', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['127.0.0.1', '127.0.0.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['::FFFF:192.0.2.77', '192.0.2.0/24'],
    ['::ffff:c000:24d', '192.0.2.0/24'],
    ['0:0:0:0:0:ffff:c000:024d', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['a:b::c:d:e:192.0.2.1', 'a:b:0:c::/64'],
    ['64:ff9b::192.0.2.77', '64:ff9b:0:0::/64'],
  ])('The network of %s is %s', (address, network) => {
    expect(maskToNetwork(address)).toBe(network);
  });

  it.each([
    '',
    'unix',
    '192.0.2',
    '192.0.2.256',
    '2001:db8',
    'example.org',
    '<script>',
    '::ffff:1.2.3',
  ])('The network of “%s” is unknown', (address) => {
    expect(maskToNetwork(address)).toBe('unknown');
  });
});
