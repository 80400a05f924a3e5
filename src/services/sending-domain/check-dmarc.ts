import type { DnsResolver } from '../../dns/dns.ts';
import type { TreeWalkRecord } from '../../domain/dns/dmarc-record.ts';
import {
  type CheckResult,
  reportBroken,
  reportOk,
  reportWarning,
} from '../../domain/monitoring/check-result.ts';
import { findDmarc } from './find-dmarc.ts';
import type { SendingDomain } from './sending-domain.ts';

const CHECK = 'dmarc';

/** Checks that the domain has a DMARC record, and that mail signed as configured passes it. */
export async function checkDmarc(
  dns: DnsResolver,
  { domain, dkim }: SendingDomain,
): Promise<CheckResult> {
  const { effective, policy, organization, invalidName } = await findDmarc(dns, domain);
  if (invalidName !== null)
    return reportBroken(
      CHECK,
      `Receivers ignore what is published at _dmarc.${invalidName}: it is several DMARC records, or an invalid one.`,
      `Publish one record, such as ${formatDmarcExample(invalidName)} (RFC 9989 §4.7).`,
    );
  if (effective === null)
    return reportWarning(
      CHECK,
      `Neither ${domain} nor a domain above it has a DMARC record: large receivers refuse bulk mail without one.`,
      `Publish the TXT record _dmarc.${domain}: ${formatDmarcExample(domain)}`,
    );
  const { record, name } = effective;
  const isStrict = record.isDkimStrict;
  if (dkim !== null && !(await isDkimAligned(dns, dkim.domain, { domain, organization, isStrict })))
    return reportBroken(
      CHECK,
      `DKIM signatures of ${dkim.domain} do not count for mail from ${domain}: _dmarc.${name} requires the same ${isStrict ? 'domain (adkim=s)' : 'organisational domain'}.`,
      `Set DKIM_DOMAIN to ${domain}, and publish its key.`,
    );
  if (record.obsoleteTags.length > 0)
    return reportWarning(
      CHECK,
      `_dmarc.${name} uses ${record.obsoleteTags.join(', ')}, which RFC 9989 removed.`,
      `Remove ${record.obsoleteTags.length > 1 ? 'them' : 'it'} from the record; “t=y” marks a test.`,
    );
  if (dkim === null && policy !== 'none')
    return reportWarning(
      CHECK,
      `_dmarc.${name} asks receivers to ${policy} mail that fails DMARC, but Paperboy does not sign: only SPF can pass, and SPF fails when mail is forwarded.`,
      'Set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY, unless the relay signs.',
    );
  return reportOk(CHECK, describePolicy({ name, record }, policy));
}

/** Whether a DKIM signature of `signingDomain` counts for mail from `domain` (RFC 9989 §3.2.10). */
async function isDkimAligned(
  dns: DnsResolver,
  signingDomain: string,
  { domain, organization, isStrict }: { domain: string; organization: string; isStrict: boolean },
): Promise<boolean> {
  if (signingDomain === domain) return true;
  return !isStrict && (await findDmarc(dns, signingDomain)).organization === organization;
}

function describePolicy({ name, record }: TreeWalkRecord, policy: string | null): string {
  const action = policy === 'none' ? 'do nothing about' : policy;
  const suffix = record.isTesting ? ', as a test' : '';
  return `_dmarc.${name} asks receivers to ${action} mail that fails DMARC${suffix}.`;
}

function formatDmarcExample(domain: string): string {
  return `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`;
}
