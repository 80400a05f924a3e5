import { isIPv4, isIPv6 } from 'node:net';
import type { DnsResolver } from '../../dns/dns.ts';

/** How a receiver evaluates SPF for mail that one address sends for a domain (RFC 7208 §2.6). */
interface SpfEvaluation {
  result: 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'permerror';
  /** The SPF record of the domain; null when there is none, or when receivers cannot use it. */
  record: string | null;
  /** Why the result is `permerror`, without a full stop; null for every other result. */
  problem: string | null;
  /** DNS lookups that the terms of the record needed. */
  lookups: number;
}

/** Receivers answer `permerror` when a record needs more lookups (RFC 7208 §4.6.4). */
export const MAX_SPF_LOOKUPS = 10;
/** The same for lookups that find nothing (RFC 7208 §4.6.4). */
const MAX_VOID_LOOKUPS = 2;

/** A reserved address (RFC 1112 §4) that sends no mail: its result is that of any stranger. */
export const STRANGER_ADDRESS = '240.0.0.1';

/**
 * Evaluates SPF for mail that `address` sends with `domain` in its envelope.
 * @throws PaperboyError `DNS_UNAVAILABLE`.
 */
export async function evaluateSpf(
  dns: DnsResolver,
  domain: string,
  address: string,
): Promise<SpfEvaluation> {
  // Loading mailauth takes a tenth of a second, which only this check should cost.
  const { spf } = await import('mailauth/lib/spf/index.js');
  let dnsFailure: unknown = null;
  const { status, rr, lookups } = await spf({
    sender: `postmaster@${domain}`,
    helo: domain,
    ip: address,
    mta: 'receiver',
    maxResolveCount: MAX_SPF_LOOKUPS,
    maxVoidCount: MAX_VOID_LOOKUPS,
    resolver: async (name, type) => {
      const values = await lookUp(dns, { name, type, address }).catch((error) => {
        dnsFailure ??= error;
        throw error;
      });
      if (values.length === 0) throw Object.assign(new Error('no records'), { code: 'ENODATA' });
      return values;
    },
  });
  // mailauth ignores an `include` whose lookup fails, so a DNS outage would look like a `fail`.
  if (dnsFailure !== null) throw dnsFailure;
  if (status.result === 'temperror') throw new Error(status.comment);
  const result = status.result as SpfEvaluation['result'];
  return {
    result,
    record: result === 'permerror' ? null : (rr ?? null),
    problem: result === 'permerror' ? readProblem(status.comment) : null,
    lookups: lookups?.count ?? 0,
  };
}

/** Records in the form of `dns.promises.resolve`, which mailauth expects. */
async function lookUp(
  dns: DnsResolver,
  { name, type, address }: { name: string; type: string; address: string },
): Promise<string[] | string[][]> {
  switch (type) {
    case 'TXT':
      return (await dns.resolveTxt(name)).map((text) => [text]);
    case 'MX': {
      const hosts = await dns.resolveMx(name);
      const records = hosts.map((exchange, priority) => ({ exchange, priority }));
      return records as unknown as string[];
    }
    case 'PTR':
      return dns.reverseLookup(address);
    default:
      return (await dns.resolveAddresses(name)).filter(type === 'A' ? isIPv4 : isIPv6);
  }
}

/**
 * The reason at the end of mailauth's comment: `…: permanent error … of a@b.example: the reason`.
 */
function readProblem(comment: string | undefined): string {
  return comment?.replace(/^.*? during lookup of [^:]*: /, '') ?? 'the record is not valid';
}
