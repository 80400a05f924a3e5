import type { DnsResolver } from '../../dns/dns.ts';
import { findDkimRecordProblem, isDkimTestKey } from '../../domain/dns/dkim-record.ts';
import {
  type CheckResult,
  reportBroken,
  reportOk,
  reportWarning,
} from '../../domain/monitoring/check-result.ts';
import { findDmarc } from './dmarc.ts';
import { evaluateSpf, MAX_LOOKUPS } from './spf.ts';

export interface SendingDomain {
  /** Of the address in From, which is that of the envelope too. */
  domain: string;
  /** Null when mail is not signed. `key` is the public one, in base64; `record` what should be published. */
  dkim: { domain: string; recordName: string; record: string; key: string } | null;
  /** From where mail leaves for the receivers, as far as it is known. */
  sendsFrom: readonly string[];
}

/** What receivers find in the DNS about mail of ours: SPF, DKIM, DMARC, MX and PTR, each by itself. */
export async function checkSendingDomain(
  dns: DnsResolver,
  sending: SendingDomain,
): Promise<CheckResult[]> {
  const checks: [string, () => Promise<CheckResult[]>][] = [
    ['spf', () => checkSpf(dns, sending)],
    ['dkim-key', async () => [await checkDkimKey(dns, sending)]],
    ['dmarc', async () => [await checkDmarc(dns, sending)]],
    ['mx', async () => [await checkMailHosts(dns, sending.domain)]],
    ['ptr', () => checkReverseNames(dns, sending.sendsFrom)],
  ];
  const found = await Promise.all(
    checks.map(([check, runCheck]) =>
      runCheck().catch((error: Error) => [reportWarning(check, error.message, DNS_ADVICE)]),
    ),
  );
  return found.flat();
}

const DNS_ADVICE = 'Look whether this machine reaches a DNS server, or name one with --dns.';

async function checkSpf(
  dns: DnsResolver,
  { domain, sendsFrom }: SendingDomain,
): Promise<CheckResult[]> {
  const check = 'spf';
  const addresses = sendsFrom.length === 0 ? [null] : sendsFrom;
  const findings: CheckResult[] = [];
  for (const address of addresses) {
    const {
      result,
      record,
      problem,
      lookups,
      defaultResult: ofOthers,
    } = await evaluateSpf(dns, domain, address);
    const advice = `Name ${address ?? 'your relay'} in the TXT record of ${domain}, such as “v=spf1 ${address === null ? 'include:relay.example' : `${address.includes(':') ? 'ip6' : 'ip4'}:${address}`} ~all”.`;
    if (result === 'none')
      findings.push(reportWarning(check, `${domain} does not say who may send for it.`, advice));
    else if (problem !== null)
      findings.push(
        reportBroken(
          check,
          `SPF fails for everybody: ${problem}.`,
          `Mend the TXT record of ${domain}.`,
        ),
      );
    else if (ofOthers === 'pass')
      findings.push(
        reportBroken(
          check,
          `${domain} lets anybody send for it: “${record}”.`,
          'End the record with “~all” instead of “+all”.',
        ),
      );
    else if (result === null)
      findings.push(
        reportOk(
          check,
          `${domain} says who may send for it: “${record}”, with ${lookups} of ${MAX_LOOKUPS} look-ups. Whether your relay may, --sends-from finds out.`,
        ),
      );
    else if (result === 'pass')
      findings.push(reportOk(check, `${address} may send for ${domain}.`));
    else if (result === 'fail')
      findings.push(
        reportBroken(check, `${address} may not send for ${domain}: “${record}”.`, advice),
      );
    else
      findings.push(
        reportWarning(
          check,
          `${domain} does not know ${address} (${result}): “${record}”.`,
          advice,
        ),
      );
  }
  return findings;
}

async function checkDkimKey(
  dns: DnsResolver,
  { domain, dkim }: SendingDomain,
): Promise<CheckResult> {
  const check = 'dkim-key';
  if (dkim === null) {
    const advice = 'Set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY, unless the relay signs.';
    return reportWarning(check, `Mail from ${domain} is not signed here.`, advice);
  }
  const { recordName, record, key } = dkim;
  const advice = `Publish the TXT record ${recordName}: ${record}`;
  const [published, ...others] = await dns.resolveTxt(recordName);
  if (published === undefined)
    return reportBroken(check, `There is no key at ${recordName}: every signature fails.`, advice);
  if (others.length > 0)
    return reportBroken(
      check,
      `There are ${others.length + 1} records at ${recordName}.`,
      `Leave one. ${advice}`,
    );
  const fault = findDkimRecordProblem(published, key);
  if (fault !== null)
    return reportBroken(check, `The record ${recordName} is of no use: ${fault}.`, advice);
  if (isDkimTestKey(published))
    return reportWarning(
      check,
      `The record ${recordName} says that signatures are a test (t=y).`,
      'Take “t=y” out of it.',
    );
  return reportOk(check, `The key at ${recordName} is that of DKIM_PRIVATE_KEY.`);
}

async function checkDmarc(dns: DnsResolver, { domain, dkim }: SendingDomain): Promise<CheckResult> {
  const check = 'dmarc';
  const { found, policy, organization, brokenName } = await findDmarc(dns, domain);
  if (brokenName !== null)
    return reportBroken(
      check,
      `The records at _dmarc.${brokenName} count for nothing: several, or none that can be read.`,
      `Leave one such as ${formatDmarcExample(brokenName)} (RFC 9989 §4.7).`,
    );
  if (found === null)
    return reportWarning(
      check,
      `${domain} has no DMARC record, nor has a domain above it: large receivers refuse bulk mail without.`,
      `Publish the TXT record _dmarc.${domain}: ${formatDmarcExample(domain)}`,
    );
  const { record, name } = found;
  if (
    dkim !== null &&
    !(await isDkimAligned(dns, dkim.domain, {
      domain,
      organization,
      isStrict: record.isDkimStrict,
    }))
  )
    return reportBroken(
      check,
      `Signatures of ${dkim.domain} do not count for mail from ${domain}: _dmarc.${name} wants ${record.isDkimStrict ? 'the very same domain (adkim=s)' : 'the same organisation'}.`,
      `Set DKIM_DOMAIN to ${domain}, and publish its key.`,
    );
  if (record.obsoleteTags.length > 0)
    return reportWarning(
      check,
      `_dmarc.${name} says ${record.obsoleteTags.join(', ')}, which means nothing since RFC 9989.`,
      `Take ${record.obsoleteTags.length > 1 ? 'them' : 'it'} out; “t=y” is for tests.`,
    );
  if (dkim === null && policy !== 'none')
    return reportWarning(
      check,
      `_dmarc.${name} asks receivers to ${policy} what fails, and mail is not signed here: SPF alone lets it pass, and not where it is forwarded.`,
      'Set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY, unless the relay signs.',
    );
  const asks = policy === 'none' ? 'do nothing to' : `${policy}`;
  return reportOk(
    check,
    `_dmarc.${name} asks receivers to ${asks} what fails${record.isTesting ? ', as a test' : ''}.`,
  );
}

async function isDkimAligned(
  dns: DnsResolver,
  signing: string,
  { domain, organization, isStrict }: { domain: string; organization: string; isStrict: boolean },
): Promise<boolean> {
  if (signing === domain) return true;
  return !isStrict && (await findDmarc(dns, signing)).organization === organization;
}

function formatDmarcExample(domain: string): string {
  return `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`;
}

async function checkMailHosts(dns: DnsResolver, domain: string): Promise<CheckResult> {
  const check = 'mx';
  const advice = `Publish an MX record of ${domain} that names a server which takes answers and bounces.`;
  const hosts = await dns.resolveMx(domain);
  if (hosts.some((host) => host === '' || host === '.'))
    return reportBroken(
      check,
      `${domain} says that it takes no mail (RFC 7505): many receivers refuse what it sends.`,
      advice,
    );
  if (hosts.length === 0) {
    const addresses = await dns.resolveAddresses(domain);
    if (addresses.length === 0)
      return reportBroken(
        check,
        `Nothing takes mail for ${domain}: answers and bounces are lost.`,
        advice,
      );
    return reportWarning(
      check,
      `${domain} has no MX record: mail for it goes to its own address.`,
      advice,
    );
  }
  for (const host of hosts) {
    if ((await dns.resolveAddresses(host)).length > 0) continue;
    return reportWarning(check, `The mail server ${host} of ${domain} has no address.`, advice);
  }
  return reportOk(check, `Answers and bounces to ${domain} go to ${hosts.join(', ')}.`);
}

async function checkReverseNames(
  dns: DnsResolver,
  addresses: readonly string[],
): Promise<CheckResult[]> {
  const check = 'ptr';
  if (addresses.length === 0) {
    return [
      reportOk(
        check,
        'From where the relay sends on is its operator’s to name; --sends-from looks.',
      ),
    ];
  }
  return Promise.all(addresses.map((address) => checkReverseName(dns, check, address)));
}

async function checkReverseName(
  dns: DnsResolver,
  check: string,
  address: string,
): Promise<CheckResult> {
  const names = await dns.reverseLookup(address);
  const advice = `Have the owner of the network name ${address} (PTR), and that name point back to it.`;
  if (names.length === 0)
    return reportBroken(
      check,
      `${address} has no name: large receivers refuse mail from it.`,
      advice,
    );
  for (const name of names) {
    if ((await dns.resolveAddresses(name)).includes(address))
      return reportOk(check, `${address} is ${name}, and ${name} is ${address}.`);
  }
  return reportBroken(
    check,
    `${address} calls itself ${names.join(', ')}, which leads elsewhere.`,
    advice,
  );
}
