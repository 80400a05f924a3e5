import type { DnsResolver } from '../../dns/dns.ts';
import {
  type DmarcPolicy,
  findOrganizationalDomain,
  isDmarcRecord,
  listTreeWalkNames,
  parseDmarcRecord,
  type TreeWalkRecord,
} from '../../domain/dns/dmarc-record.ts';

/** The DMARC policy for mail from a domain. */
interface DmarcResult {
  /** The record that applies, with the name it was found at; null when there is none. */
  effective: TreeWalkRecord | null;
  policy: DmarcPolicy | null;
  /** The organizational domain. */
  organization: string;
  /** The first name whose DMARC records are ignored: there are several, or the one is invalid. */
  invalidName: string | null;
}

/**
 * Finds the DMARC policy and the organizational domain of `domain` by a DNS tree walk
 * (RFC 9989 §4.10). Our own code, since the mailauth releases that run on Node 20 (up to 4.13.3)
 * use the public suffix list of RFC 7489 instead; 7.1.0 walks the tree and requires Node 22.19.
 */
export async function findDmarc(dns: DnsResolver, domain: string): Promise<DmarcResult> {
  const found: TreeWalkRecord[] = [];
  let invalidName: string | null = null;
  for (const name of listTreeWalkNames(domain)) {
    const texts = (await dns.resolveTxt(`_dmarc.${name}`)).filter(isDmarcRecord);
    const [record, ...others] = texts.flatMap((text) => parseDmarcRecord(text) ?? []);
    if (texts.length > 0 && (!record || others.length > 0)) invalidName ??= name;
    if (!record || others.length > 0) continue;
    found.push({ name, record });
    if (record.psd !== 'u') break;
  }
  const organization = findOrganizationalDomain(domain, found);
  const effective =
    found.find(({ name }) => name === domain) ??
    found.find(({ name }) => name === organization) ??
    found.find(({ record }) => record.psd === 'y') ??
    null;
  const policy =
    effective &&
    (effective.name === domain ? effective.record.policy : effective.record.subdomainPolicy);
  return { effective, policy, organization, invalidName };
}
