import type { DnsResolver } from '../../dns/dns.ts';
import {
  type CheckResult,
  reportBroken,
  reportOk,
  reportWarning,
} from '../../domain/monitoring/check-result.ts';
import { evaluateSpf, MAX_SPF_LOOKUPS, STRANGER_ADDRESS } from './evaluate-spf.ts';
import type { SendingDomain } from './sending-domain.ts';

const CHECK = 'spf';

/** Checks that SPF allows `sendsFrom` to send for the domain, and does not allow strangers. */
export async function checkSpf(
  dns: DnsResolver,
  { domain, sendsFrom }: SendingDomain,
): Promise<CheckResult[]> {
  const stranger = await evaluateSpf(dns, domain, STRANGER_ADDRESS);
  const { result, record, problem, lookups } = stranger;
  if (result === 'none') {
    const remedy = `Publish the TXT record ${domain}: ${formatSpfExample(sendsFrom[0] ?? null)}`;
    return [reportWarning(CHECK, `${domain} has no SPF record.`, remedy)];
  }
  if (result === 'pass') {
    const message = `The SPF record of ${domain} lets anyone send for it: “${record}”.`;
    const remedy = 'Let only your own senders pass, and end the record with “~all”.';
    return [reportBroken(CHECK, message, remedy)];
  }
  if (sendsFrom.length > 0)
    return Promise.all(sendsFrom.map((address) => checkSpfFor(dns, domain, address)));
  if (problem !== null) return [reportInvalidSpf(domain, problem)];
  const message = `${domain} has an SPF record (${lookups} of ${MAX_SPF_LOOKUPS} DNS lookups): “${record}”. Name your relay’s address with --sends-from to check that the record allows it.`;
  return [reportOk(CHECK, message)];
}

async function checkSpfFor(
  dns: DnsResolver,
  domain: string,
  address: string,
): Promise<CheckResult> {
  const { result, record, problem } = await evaluateSpf(dns, domain, address);
  if (problem !== null) return reportInvalidSpf(domain, problem);
  if (result === 'pass') return reportOk(CHECK, `${address} may send for ${domain}.`);
  const remedy = `Add ${address} to the TXT record of ${domain}, such as ${formatSpfExample(address)}`;
  if (result === 'fail')
    return reportBroken(CHECK, `${address} may not send for ${domain}: “${record}”.`, remedy);
  const message = `The SPF record of ${domain} does not list ${address} (${result}): “${record}”.`;
  return reportWarning(CHECK, message, remedy);
}

function reportInvalidSpf(domain: string, problem: string): CheckResult {
  const message = `The SPF record of ${domain} is invalid, so SPF fails for all its mail: ${problem}.`;
  return reportBroken(CHECK, message, `Correct the TXT record of ${domain}.`);
}

function formatSpfExample(address: string | null): string {
  if (address === null) return 'v=spf1 include:relay.example ~all';
  return `v=spf1 ${address.includes(':') ? 'ip6' : 'ip4'}:${address} ~all`;
}
