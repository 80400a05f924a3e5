import type { Dns } from '../../dns/dns.ts';
import {
  type DmarcPolicy,
  type Found,
  organizationOf,
  readDmarc,
  treeOf,
} from '../../domain/dns/dmarc-record.ts';

/** What DMARC says of mail from a domain. */
export interface DmarcVerdict {
  /** The record that counts, and where it stands; null when there is none. */
  found: Found | null;
  policy: DmarcPolicy | null;
  organization: string;
  /** A name with records of which none counts, since they are several or cannot be read. */
  spoilt: string | null;
}

/** Finds the policy for `domain`, and its organizational domain, by a tree walk (RFC 9989 §4.10). */
export async function findDmarc(dns: Dns, domain: string): Promise<DmarcVerdict> {
  const found: Found[] = [];
  let spoilt: string | null = null;
  for (const name of treeOf(domain)) {
    const texts = (await dns.texts(`_dmarc.${name}`)).filter((text) =>
      /^v\s*=\s*DMARC1/i.test(text),
    );
    const [record, ...others] = texts.flatMap((text) => readDmarc(text) ?? []);
    if (texts.length > 0 && (!record || others.length > 0)) spoilt ??= name;
    if (!record || others.length > 0) continue;
    found.push({ name, record });
    if (record.psd !== 'u') break;
  }
  const organization = organizationOf(domain, found);
  const counts =
    found.find(({ name }) => name === domain) ??
    found.find(({ name }) => name === organization) ??
    found.find(({ record }) => record.psd === 'y') ??
    null;
  const policy =
    counts && (counts.name === domain ? counts.record.policy : counts.record.subdomainPolicy);
  return { found: counts, policy, organization, spoilt };
}
