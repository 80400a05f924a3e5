import { Resolver } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { arpaName } from '../domain/dns/arpa.ts';
import { PaperboyError } from '../domain/errors.ts';

/** What the DNS says. What is not there is an empty list. @throws PaperboyError `DNS_SILENT`. */
export interface Dns {
  /** TXT records, each in one piece. */
  texts(name: string): Promise<string[]>;
  /** Hosts that take mail, the preferred first; “” for none at all (RFC 7505). */
  mailHosts(name: string): Promise<string[]>;
  /** IPv4 and IPv6. */
  addresses(name: string): Promise<string[]>;
  /** The names of an address. */
  namesOf(address: string): Promise<string[]>;
}

/** For one try of two, in ms. */
const TIMEOUT_MS = 3000;

const NOTHING = ['ENOTFOUND', 'ENODATA'];

/** Asks `servers` (`address` or `address:port`), those of the system without. */
export function openDns(
  servers: readonly string[] | null,
  { timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {},
): Dns {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers !== null) resolver.setServers([...servers]);
  const ask = async <Value>(name: string, look: () => Promise<Value[]>): Promise<Value[]> => {
    try {
      return await look();
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (NOTHING.includes(code)) return [];
      throw new PaperboyError('DNS_SILENT', `The DNS gave no answer about ${name} (${code}).`, {
        cause: error,
      });
    }
  };
  const dns: Dns = {
    texts: async (name) =>
      (await ask(name, () => resolver.resolveTxt(name))).map((parts) => parts.join('')),
    mailHosts: async (name) => {
      const hosts = await ask(name, () => resolver.resolveMx(name));
      return hosts.toSorted((a, b) => a.priority - b.priority).map(({ exchange }) => exchange);
    },
    addresses: async (name) => {
      const v4 = await ask(name, () => resolver.resolve4(name));
      return [...v4, ...(await ask(name, () => resolver.resolve6(name)))];
    },
    namesOf: (address) => {
      const name = arpaName(address);
      return ask(name, () => resolver.resolvePtr(name));
    },
  };
  return dns;
}

/** Whether a text names a server: `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:5353`. */
export function isDnsServer(text: string): boolean {
  try {
    new Resolver().setServers([text]);
    return isIPv4(text.split(':')[0] ?? '') || text.includes(':');
  } catch {
    return false;
  }
}
