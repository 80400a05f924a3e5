export type SpfResult = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'permerror';

/** A mechanism of an SPF record (RFC 7208 §5). */
export interface SpfTerm {
  /** What follows when it matches. */
  result: Extract<SpfResult, 'pass' | 'fail' | 'softfail' | 'neutral'>;
  name: (typeof MECHANISMS)[number];
  /** A domain or an address; empty for the domain itself. */
  value: string;
  bits4: number;
  bits6: number;
}

export interface SpfRecord {
  terms: SpfTerm[];
  redirect: string | null;
}

const MECHANISMS = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'] as const;
const RESULTS = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;
const NEEDS_VALUE = ['include', 'ip4', 'ip6', 'exists'];

/** Whether a TXT record is one of SPF (RFC 7208 §4.5). */
export function isSpf(record: string): boolean {
  return /^v=spf1(?: |$)/i.test(record);
}

/** @throws RangeError that names the term which is none. */
export function readSpf(record: string): SpfRecord {
  const words = record.trim().split(/ +/).slice(1);
  let redirect: string | null = null;
  const terms: SpfTerm[] = [];
  for (const word of words) {
    const modifier = /^([a-z][\w.-]*)=(.*)$/i.exec(word);
    if (modifier === null) terms.push(readTerm(word));
    else if (modifier[1]?.toLowerCase() === 'redirect') redirect = modifier[2] ?? '';
  }
  return { terms, redirect };
}

function readTerm(word: string): SpfTerm {
  const match =
    /^([+\-~?]?)([a-z0-9]+)(?::([^/\s]+(?:\/(?![\d/])[^/\s]*)*))?(?:\/(\d+))?(?:\/\/(\d+))?$/i.exec(
      word,
    );
  const ip6 = /^([+\-~?]?)(ip6):([\da-f:.]+)(?:\/(\d+))?$/i.exec(word);
  const [, sign = '', mechanism = '', value = '', first, second] = ip6 ?? match ?? [];
  const name = MECHANISMS.find((each) => each === mechanism.toLowerCase());
  if (name === undefined || (NEEDS_VALUE.includes(name) && value === '')) {
    throw new RangeError(`“${word.slice(0, 80)}” is no mechanism of SPF (RFC 7208 §5)`);
  }
  const [bits4, bits6] = name === 'ip6' ? [32, Number(first ?? 128)] : [first ?? 32, second ?? 128];
  if (Number(bits4) > 32 || Number(bits6) > 128) {
    throw new RangeError(`“${word.slice(0, 80)}” names a network that is none`);
  }
  const result = RESULTS[(sign || '+') as keyof typeof RESULTS];
  return { result, name, value, bits4: Number(bits4), bits6: Number(bits6) };
}
