import { createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Config, isLoopback } from '../../config.ts';
import { openDns } from '../../dns/dns.ts';
import { domainOf } from '../../domain/address.ts';
import { type Finding, ok } from '../../domain/finding.ts';
import { readRelayUrl } from '../../domain/relay-url.ts';
import { dnsRecordOf } from '../../mail/dkim/open-signer.ts';
import { examineDomain, type SendingDomain } from '../../services/examine-domain.ts';

export interface DnsOptions {
  /** Servers to ask instead of the system's. */
  dns?: string[];
  /** Addresses from which mail leaves for its receivers. */
  sendsFrom?: string[];
}

/** What receivers find in the DNS. Mail that stays on this machine has nobody who would look. */
export async function checkDomain(config: Config, options: DnsOptions): Promise<Finding[]> {
  const domain = domainOf(config.mailFrom.address);
  if (!domain.includes('.') || domain.endsWith('.localhost'))
    return [ok('dns', `MAIL_FROM is at ${domain}, about which the DNS knows nothing.`)];
  if (config.smtpUrls.length === 0 && options.dns === undefined)
    return [ok('dns', 'Mail stays on this machine: the DNS is not asked without --dns.')];
  const sendsFrom = options.sendsFrom ?? addressesOf(config);
  const dns = openDns(options.dns ?? null);
  return examineDomain(dns, { domain, dkim: keyOf(config), sendsFrom });
}

function keyOf({ dkim }: Config): SendingDomain['dkim'] {
  if (dkim === null) return null;
  const { name: recordName, value: record } = dnsRecordOf(dkim);
  const der = createPublicKey(dkim.privateKey).export({ type: 'spki', format: 'der' });
  return { domain: dkim.domain, recordName, record, key: der.toString('base64') };
}

/** Where a relay of this machine sends on from: its own addresses that others can see. */
function addressesOf({ smtpUrls }: Config): string[] {
  if (!smtpUrls.some((url) => isLoopback(readRelayUrl(url).host))) return [];
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && isPublic(address))
    .map(({ address }) => address);
}

/** Not of a private network (RFC 1918, RFC 6598), of the link alone, or local by RFC 4193. */
export function isPublic(address: string): boolean {
  const isPrivate = isIP(address) === 4 ? PRIVATE_4 : PRIVATE_6;
  return !isPrivate.test(address);
}

const PRIVATE_4 =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
const PRIVATE_6 = /^(?:f[cd]|fe[89ab]|::)/i;
