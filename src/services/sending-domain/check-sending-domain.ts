import type { DnsResolver } from '../../dns/dns.ts';
import { type CheckResult, reportWarning } from '../../domain/monitoring/check-result.ts';
import { checkDkimKey } from './check-dkim-key.ts';
import { checkDmarc } from './check-dmarc.ts';
import { checkMailServers } from './check-mail-servers.ts';
import { checkReverseDns } from './check-reverse-dns.ts';
import { checkSpf } from './check-spf.ts';
import type { SendingDomain } from './sending-domain.ts';

/** Checks what receivers find in the DNS: SPF, DKIM, DMARC, MX and PTR. Each check runs alone, so
 *  that one failed lookup hides no other finding. */
export async function checkSendingDomain(
  dns: DnsResolver,
  sending: SendingDomain,
): Promise<CheckResult[]> {
  const checks: [string, () => Promise<CheckResult | CheckResult[]>][] = [
    ['spf', () => checkSpf(dns, sending)],
    ['dkim-key', () => checkDkimKey(dns, sending)],
    ['dmarc', () => checkDmarc(dns, sending)],
    ['mx', () => checkMailServers(dns, sending.domain)],
    ['ptr', () => checkReverseDns(dns, sending.sendsFrom)],
  ];
  const results = await Promise.all(
    checks.map(([check, runCheck]) =>
      runCheck().catch((error: Error) => reportWarning(check, error.message, DNS_REMEDY)),
    ),
  );
  return results.flat();
}

const DNS_REMEDY = 'Check that this machine can reach a DNS server, or name one with --dns.';
