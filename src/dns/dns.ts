import { Resolver } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { toReverseDnsName } from '../domain/dns/reverse-name.ts';
import { PaperboyError } from '../domain/errors.ts';

/** DNS lookups; a name without such records gives an empty list. @throws PaperboyError
 *  `DNS_UNAVAILABLE`. */
export interface DnsResolver {
  /** TXT records, each joined from its strings. */
  resolveTxt(name: string): Promise<string[]>;
  /** Mail servers, the preferred first; a single “” is a null MX (RFC 7505). */
  resolveMx(name: string): Promise<string[]>;
  /** IPv4 and IPv6 addresses. */
  resolveAddresses(name: string): Promise<string[]>;
  /** The names that the PTR records of an IP address give. */
  reverseLookup(address: string): Promise<string[]>;
}

/** For each of two attempts, in ms. */
const QUERY_TIMEOUT_MS = 3000;

const NO_RECORD_CODES = ['ENOTFOUND', 'ENODATA'];

/** Queries `servers` (`address` or `address:port`); null means the servers of the system. */
export function createDnsResolver(
  servers: readonly string[] | null,
  { timeoutMs = QUERY_TIMEOUT_MS }: { timeoutMs?: number } = {},
): DnsResolver {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers !== null) resolver.setServers([...servers]);
  const lookUp = async <Value>(name: string, query: () => Promise<Value[]>): Promise<Value[]> => {
    try {
      return await query();
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (NO_RECORD_CODES.includes(code)) return [];
      throw new PaperboyError('DNS_UNAVAILABLE', `The DNS lookup of ${name} failed (${code}).`, {
        cause: error,
      });
    }
  };
  const dnsResolver: DnsResolver = {
    resolveTxt: async (name) =>
      (await lookUp(name, () => resolver.resolveTxt(name))).map((strings) => strings.join('')),
    resolveMx: async (name) => {
      const hosts = await lookUp(name, () => resolver.resolveMx(name));
      return hosts.toSorted((a, b) => a.priority - b.priority).map(({ exchange }) => exchange);
    },
    resolveAddresses: async (name) => {
      const v4 = await lookUp(name, () => resolver.resolve4(name));
      return [...v4, ...(await lookUp(name, () => resolver.resolve6(name)))];
    },
    reverseLookup: (address) => {
      const name = toReverseDnsName(address);
      return lookUp(name, () => resolver.resolvePtr(name));
    },
  };
  return dnsResolver;
}

/** Whether a text is the address of a DNS server: `192.0.2.53`, `192.0.2.53:5353`,
 *  `[2001:db8::53]:5353`. */
export function isDnsServer(text: string): boolean {
  try {
    new Resolver().setServers([text]);
    return isIPv4(text.split(':')[0] ?? '') || text.includes(':');
  } catch {
    return false;
  }
}
