import type { DnsResolver } from '../../dns/dns.ts';
import { type CheckResult, reportBroken, reportOk } from '../../domain/monitoring/check-result.ts';

const CHECK = 'ptr';

/** Checks that each address has a reverse DNS name that resolves back to it (RFC 1912 §2.1). */
export async function checkReverseDns(
  dns: DnsResolver,
  addresses: readonly string[],
): Promise<CheckResult[]> {
  if (addresses.length > 0)
    return Promise.all(addresses.map((address) => checkReverseName(dns, address)));
  const message =
    'Not checked: the addresses that your relay sends from are unknown. Name them with --sends-from.';
  return [reportOk(CHECK, message)];
}

async function checkReverseName(dns: DnsResolver, address: string): Promise<CheckResult> {
  const names = await dns.reverseLookup(address);
  const remedy = `Ask the owner of the network for a PTR record of ${address} whose name resolves back to it.`;
  if (names.length === 0) {
    const message = `${address} has no reverse DNS name: large receivers refuse mail from it.`;
    return reportBroken(CHECK, message, remedy);
  }
  for (const name of names) {
    if ((await dns.resolveAddresses(name)).includes(address))
      return reportOk(CHECK, `${address} has the name ${name}, which resolves back to it.`);
  }
  const message = `The reverse DNS name of ${address} (${names.join(', ')}) does not resolve back to it.`;
  return reportBroken(CHECK, message, remedy);
}
