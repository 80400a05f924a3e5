import type { DnsResolver } from '../../dns/dns.ts';
import {
  type CheckResult,
  reportBroken,
  reportOk,
  reportWarning,
} from '../../domain/monitoring/check-result.ts';

const CHECK = 'mx';

/** Checks that replies and bounces to the domain reach a mail server (RFC 5321 §5.1). */
export async function checkMailServers(dns: DnsResolver, domain: string): Promise<CheckResult> {
  const remedy = `Publish an MX record for ${domain} that names a server which accepts replies and bounces.`;
  const hosts = await dns.resolveMx(domain);
  if (hosts.some((host) => host === '' || host === '.')) {
    const message = `${domain} declares that it accepts no mail (null MX, RFC 7505): many receivers refuse mail from it.`;
    return reportBroken(CHECK, message, remedy);
  }
  if (hosts.length === 0) {
    const addresses = await dns.resolveAddresses(domain);
    if (addresses.length === 0) {
      const message = `No server accepts mail for ${domain}: replies and bounces are lost.`;
      return reportBroken(CHECK, message, remedy);
    }
    const message = `${domain} has no MX record: mail to it goes to the domain’s own address.`;
    return reportWarning(CHECK, message, remedy);
  }
  for (const host of hosts) {
    if ((await dns.resolveAddresses(host)).length > 0) continue;
    return reportWarning(CHECK, `The mail server ${host} of ${domain} has no IP address.`, remedy);
  }
  return reportOk(CHECK, `Replies and bounces to ${domain} go to ${hosts.join(', ')}.`);
}
