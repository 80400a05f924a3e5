import { isIPv4, isIPv6 } from 'node:net';

/**
 * The network of an address, for limits and the record of consent: the /24 of an IPv4 address, the
 * /64 of an IPv6 one (what one customer has: RFC 6177). Less personal than the whole address.
 */
export function maskToNetwork(address: string): string {
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isIPv6(address)) return 'unknown';
  const groups = expandIpv6(address);
  const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16));
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff'; // RFC 4291 §2.5.5.2
  if (isMapped) return `${high >> 8}.${high & 255}.${low >> 8}.0/24`;
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** The eight groups of an IPv6 address, without leading zeros. `URL` normalises the spelling. */
function expandIpv6(address: string): string[] {
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  const [before = [], after = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after];
}
