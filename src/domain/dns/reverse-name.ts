/** The name that holds the PTR records of an address: `7.2.0.192.in-addr.arpa`, or 32 nibbles below
 *  `ip6.arpa` (RFC 1035 §3.5, RFC 3596 §2.5). */
export function toReverseDnsName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const [before = '', after] = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname
    .slice(1, -1)
    .split('::');
  const groups = (half = '') => (half === '' ? [] : half.split(':'));
  const zeros = 8 - groups(before).length - groups(after).length;
  const all = [...groups(before), ...Array.from({ length: zeros }, () => '0'), ...groups(after)];
  const nibbles = all.map((group) => group.padStart(4, '0')).join('');
  return `${[...nibbles].reverse().join('.')}.ip6.arpa`;
}
