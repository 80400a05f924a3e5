import { createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createDnsResolver } from '../../dns/dns.ts';
import { type CheckResult, reportOk } from '../../domain/monitoring/check-result.ts';
import { parseRelayUrl } from '../../domain/smtp/relay-url.ts';
import { extractDomain } from '../../domain/subscribers/email-address.ts';
import { createDkimDnsRecord } from '../../mail/dkim/open-signer.ts';
import { checkSendingDomain } from '../../services/sending-domain/check-sending-domain.ts';
import type { SendingDomain } from '../../services/sending-domain/sending-domain.ts';
import { type Config, isLoopbackHost } from '../../settings/config.ts';

export interface DnsOptions {
  /** DNS servers to query instead of the system's. */
  dns?: string[];
  /** Addresses that mail leaves from towards its receivers. */
  sendsFrom?: string[];
}

/** Checks the DNS records of the sending domain, unless mail stays on this machine. */
export async function checkDomain(config: Config, options: DnsOptions): Promise<CheckResult[]> {
  const domain = extractDomain(config.mailFrom.address);
  if (!domain.includes('.') || domain.endsWith('.localhost'))
    return [
      reportOk('dns', `Not checked: MAIL_FROM is at ${domain}, which is not a public domain.`),
    ];
  if (config.smtpUrls.length === 0 && options.dns === undefined)
    return [
      reportOk(
        'dns',
        'Not checked: email stays on this machine. Name a DNS server with --dns to check anyway.',
      ),
    ];
  const sendsFrom = options.sendsFrom ?? listPublicAddresses(config);
  const dns = createDnsResolver(options.dns ?? null);
  return checkSendingDomain(dns, { domain, dkim: buildDkimExpectation(config), sendsFrom });
}

function buildDkimExpectation({ dkim }: Config): SendingDomain['dkim'] {
  if (dkim === null) return null;
  const record = createDkimDnsRecord(dkim);
  const der = createPublicKey(dkim.privateKey).export({ type: 'spki', format: 'der' });
  return {
    domain: dkim.domain,
    recordName: record.name,
    record: record.value,
    key: der.toString('base64'),
  };
}

/** The public addresses of this machine, if a relay on it sends the mail; otherwise none. */
function listPublicAddresses({ smtpUrls }: Config): string[] {
  if (!smtpUrls.some((url) => isLoopbackHost(parseRelayUrl(url).host))) return [];
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && isPublicAddress(address))
    .map(({ address }) => address);
}

/** Whether an address is public: not of a private network (RFC 1918, RFC 6598, RFC 4193), not
 *  link-local and not loopback. */
export function isPublicAddress(address: string): boolean {
  const isPrivate = isIP(address) === 4 ? PRIVATE_IPV4 : PRIVATE_IPV6;
  return !isPrivate.test(address);
}

const PRIVATE_IPV4 =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
const PRIVATE_IPV6 = /^(?:f[cd]|fe[89ab]|::)/i;
