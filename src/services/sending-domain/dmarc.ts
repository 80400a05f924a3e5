import type { DnsResolver } from '../../dns/dns.ts';
import {
  type DmarcPolicy,
  findOrganizationalDomain,
  listTreeWalkNames,
  parseDmarcRecord,
  type TreeWalkRecord,
} from '../../domain/dns/dmarc-record.ts';

/** What DMARC says of mail from a domain. */
export interface DmarcResult {
  /** The record that counts, and where it stands; null when there is none. */
  found: TreeWalkRecord | null;
  policy: DmarcPolicy | null;
  organization: string;
  /** A name with records of which none counts, since they are several or cannot be read. */
  brokenName: string | null;
}

/** Finds the policy for `domain`, and its organizational domain, by a tree walk (RFC 9989 §4.10). */
export async function findDmarc(dns: DnsResolver, domain: string): Promise<DmarcResult> {
  const found: TreeWalkRecord[] = [];
  let brokenName: string | null = null;
  for (const name of listTreeWalkNames(domain)) {
    const texts = (await dns.resolveTxt(`_dmarc.${name}`)).filter((text) =>
      /^v\s*=\s*DMARC1/i.test(text),
    );
    const [record, ...others] = texts.flatMap((text) => parseDmarcRecord(text) ?? []);
    if (texts.length > 0 && (!record || others.length > 0)) brokenName ??= name;
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
  return { found: effective, policy, organization, brokenName };
}
