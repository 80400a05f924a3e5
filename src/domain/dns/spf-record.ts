export type SpfResult = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'permerror';

/** A mechanism of an SPF record (RFC 7208 §5). */
export interface SpfMechanism {
  /** What follows when it matches. */
  result: Extract<SpfResult, 'pass' | 'fail' | 'softfail' | 'neutral'>;
  name: (typeof MECHANISMS)[number];
  /** A domain or an address; empty for the domain itself. */
  value: string;
  ipv4PrefixLength: number;
  ipv6PrefixLength: number;
}

export interface SpfRecord {
  mechanisms: SpfMechanism[];
  redirect: string | null;
}

const MECHANISMS = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'] as const;
const QUALIFIER_RESULTS = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;
const NEEDS_VALUE = ['include', 'ip4', 'ip6', 'exists'];

/** Whether a TXT record is one of SPF (RFC 7208 §4.5). */
export function isSpfRecord(record: string): boolean {
  return /^v=spf1(?: |$)/i.test(record);
}

/** @throws RangeError that names the term which is none. */
export function parseSpfRecord(record: string): SpfRecord {
  const rawTerms = record.trim().split(/ +/).slice(1);
  let redirect: string | null = null;
  const mechanisms: SpfMechanism[] = [];
  for (const rawTerm of rawTerms) {
    const modifier = /^([a-z][\w.-]*)=(.*)$/i.exec(rawTerm);
    if (modifier === null) mechanisms.push(parseSpfMechanism(rawTerm));
    else if (modifier[1]?.toLowerCase() === 'redirect') redirect = modifier[2] ?? '';
  }
  return { mechanisms, redirect };
}

function parseSpfMechanism(rawTerm: string): SpfMechanism {
  const match =
    /^([+\-~?]?)([a-z0-9]+)(?::([^/\s]+(?:\/(?![\d/])[^/\s]*)*))?(?:\/(\d+))?(?:\/\/(\d+))?$/i.exec(
      rawTerm,
    );
  const ip6 = /^([+\-~?]?)(ip6):([\da-f:.]+)(?:\/(\d+))?$/i.exec(rawTerm);
  const [, qualifier = '', mechanism = '', value = '', first, second] = ip6 ?? match ?? [];
  const name = MECHANISMS.find((each) => each === mechanism.toLowerCase());
  if (name === undefined || (NEEDS_VALUE.includes(name) && value === '')) {
    throw new RangeError(`“${rawTerm.slice(0, 80)}” is no mechanism of SPF (RFC 7208 §5)`);
  }
  const [ipv4PrefixLength, ipv6PrefixLength] =
    name === 'ip6' ? [32, Number(first ?? 128)] : [first ?? 32, second ?? 128];
  if (Number(ipv4PrefixLength) > 32 || Number(ipv6PrefixLength) > 128) {
    throw new RangeError(`“${rawTerm.slice(0, 80)}” names a network that is none`);
  }
  const result = QUALIFIER_RESULTS[(qualifier || '+') as keyof typeof QUALIFIER_RESULTS];
  return {
    result,
    name,
    value,
    ipv4PrefixLength: Number(ipv4PrefixLength),
    ipv6PrefixLength: Number(ipv6PrefixLength),
  };
}
