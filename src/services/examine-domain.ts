import type { Dns } from '../dns/dns.ts';
import { faultOfKeyRecord, isTestKey } from '../domain/dns/dkim-record.ts';
import { broken, type Finding, ok, warning } from '../domain/finding.ts';
import { findDmarc } from './support/dmarc.ts';
import { judgeSpf, MOST_LOOKUPS } from './support/spf.ts';

export interface SendingDomain {
  /** Of the address in From, which is that of the envelope too. */
  domain: string;
  /** Null when mail is not signed. `key` is the public one, in base64; `record` what should be published. */
  dkim: { domain: string; recordName: string; record: string; key: string } | null;
  /** From where mail leaves for the receivers, as far as it is known. */
  sendsFrom: readonly string[];
}

/** What receivers find in the DNS about mail of ours: SPF, DKIM, DMARC, MX and PTR, each by itself. */
export async function examineDomain(dns: Dns, sending: SendingDomain): Promise<Finding[]> {
  const looks: [string, () => Promise<Finding[]>][] = [
    ['spf', () => examineSpf(dns, sending)],
    ['dkim-key', async () => [await examineKey(dns, sending)]],
    ['dmarc', async () => [await examineDmarc(dns, sending)]],
    ['mx', async () => [await examineMailHosts(dns, sending.domain)]],
    ['ptr', () => examineNames(dns, sending.sendsFrom)],
  ];
  const found = await Promise.all(
    looks.map(([check, look]) =>
      look().catch((error: Error) => [warning(check, error.message, ASK_ANOTHER)]),
    ),
  );
  return found.flat();
}

const ASK_ANOTHER = 'Look whether this machine reaches a DNS server, or name one with --dns.';

async function examineSpf(dns: Dns, { domain, sendsFrom }: SendingDomain): Promise<Finding[]> {
  const check = 'spf';
  const addresses = sendsFrom.length === 0 ? [null] : sendsFrom;
  const findings: Finding[] = [];
  for (const address of addresses) {
    const { result, record, problem, lookups, ofOthers } = await judgeSpf(dns, domain, address);
    const mend = `Name ${address ?? 'your relay'} in the TXT record of ${domain}, such as “v=spf1 ${address === null ? 'include:relay.example' : `${address.includes(':') ? 'ip6' : 'ip4'}:${address}`} ~all”.`;
    if (result === 'none')
      findings.push(warning(check, `${domain} does not say who may send for it.`, mend));
    else if (problem !== null)
      findings.push(
        broken(check, `SPF fails for everybody: ${problem}.`, `Mend the TXT record of ${domain}.`),
      );
    else if (ofOthers === 'pass')
      findings.push(
        broken(
          check,
          `${domain} lets anybody send for it: “${record}”.`,
          'End the record with “~all” instead of “+all”.',
        ),
      );
    else if (result === null)
      findings.push(
        ok(
          check,
          `${domain} says who may send for it: “${record}”, with ${lookups} of ${MOST_LOOKUPS} look-ups. Whether your relay may, --sends-from finds out.`,
        ),
      );
    else if (result === 'pass') findings.push(ok(check, `${address} may send for ${domain}.`));
    else if (result === 'fail')
      findings.push(broken(check, `${address} may not send for ${domain}: “${record}”.`, mend));
    else
      findings.push(
        warning(check, `${domain} does not know ${address} (${result}): “${record}”.`, mend),
      );
  }
  return findings;
}

async function examineKey(dns: Dns, { domain, dkim }: SendingDomain): Promise<Finding> {
  const check = 'dkim-key';
  if (dkim === null) {
    const mend = 'Set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY, unless the relay signs.';
    return warning(check, `Mail from ${domain} is not signed here.`, mend);
  }
  const { recordName, record, key } = dkim;
  const mend = `Publish the TXT record ${recordName}: ${record}`;
  const [shown, ...others] = await dns.texts(recordName);
  if (shown === undefined)
    return broken(check, `There is no key at ${recordName}: every signature fails.`, mend);
  if (others.length > 0)
    return broken(
      check,
      `There are ${others.length + 1} records at ${recordName}.`,
      `Leave one. ${mend}`,
    );
  const fault = faultOfKeyRecord(shown, key);
  if (fault !== null)
    return broken(check, `The record ${recordName} is of no use: ${fault}.`, mend);
  if (isTestKey(shown))
    return warning(
      check,
      `The record ${recordName} says that signatures are a test (t=y).`,
      'Take “t=y” out of it.',
    );
  return ok(check, `The key at ${recordName} is that of DKIM_PRIVATE_KEY.`);
}

async function examineDmarc(dns: Dns, { domain, dkim }: SendingDomain): Promise<Finding> {
  const check = 'dmarc';
  const { found, policy, organization, spoilt } = await findDmarc(dns, domain);
  if (spoilt !== null)
    return broken(
      check,
      `The records at _dmarc.${spoilt} count for nothing: several, or none that can be read.`,
      `Leave one such as ${exampleOf(spoilt)} (RFC 9989 §4.7).`,
    );
  if (found === null)
    return warning(
      check,
      `${domain} has no DMARC record, nor has a domain above it: large receivers refuse bulk mail without.`,
      `Publish the TXT record _dmarc.${domain}: ${exampleOf(domain)}`,
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
    return broken(
      check,
      `Signatures of ${dkim.domain} do not count for mail from ${domain}: _dmarc.${name} wants ${record.isDkimStrict ? 'the very same domain (adkim=s)' : 'the same organisation'}.`,
      `Set DKIM_DOMAIN to ${domain}, and publish its key.`,
    );
  if (record.obsolete.length > 0)
    return warning(
      check,
      `_dmarc.${name} says ${record.obsolete.join(', ')}, which means nothing since RFC 9989.`,
      `Take ${record.obsolete.length > 1 ? 'them' : 'it'} out; “t=y” is for tests.`,
    );
  if (dkim === null && policy !== 'none')
    return warning(
      check,
      `_dmarc.${name} asks receivers to ${policy} what fails, and mail is not signed here: SPF alone lets it pass, and not where it is forwarded.`,
      'Set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY, unless the relay signs.',
    );
  const asks = policy === 'none' ? 'do nothing to' : `${policy}`;
  return ok(
    check,
    `_dmarc.${name} asks receivers to ${asks} what fails${record.isTesting ? ', as a test' : ''}.`,
  );
}

async function isDkimAligned(
  dns: Dns,
  signing: string,
  { domain, organization, isStrict }: { domain: string; organization: string; isStrict: boolean },
): Promise<boolean> {
  if (signing === domain) return true;
  return !isStrict && (await findDmarc(dns, signing)).organization === organization;
}

function exampleOf(domain: string): string {
  return `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`;
}

async function examineMailHosts(dns: Dns, domain: string): Promise<Finding> {
  const check = 'mx';
  const mend = `Publish an MX record of ${domain} that names a server which takes answers and bounces.`;
  const hosts = await dns.mailHosts(domain);
  if (hosts.some((host) => host === '' || host === '.'))
    return broken(
      check,
      `${domain} says that it takes no mail (RFC 7505): many receivers refuse what it sends.`,
      mend,
    );
  if (hosts.length === 0) {
    const addresses = await dns.addresses(domain);
    if (addresses.length === 0)
      return broken(check, `Nothing takes mail for ${domain}: answers and bounces are lost.`, mend);
    return warning(check, `${domain} has no MX record: mail for it goes to its own address.`, mend);
  }
  for (const host of hosts) {
    if ((await dns.addresses(host)).length > 0) continue;
    return warning(check, `The mail server ${host} of ${domain} has no address.`, mend);
  }
  return ok(check, `Answers and bounces to ${domain} go to ${hosts.join(', ')}.`);
}

async function examineNames(dns: Dns, addresses: readonly string[]): Promise<Finding[]> {
  const check = 'ptr';
  if (addresses.length === 0) {
    return [
      ok(check, 'From where the relay sends on is its operator’s to name; --sends-from looks.'),
    ];
  }
  return Promise.all(addresses.map((address) => examineName(dns, check, address)));
}

async function examineName(dns: Dns, check: string, address: string): Promise<Finding> {
  const names = await dns.namesOf(address);
  const mend = `Have the owner of the network name ${address} (PTR), and that name point back to it.`;
  if (names.length === 0)
    return broken(check, `${address} has no name: large receivers refuse mail from it.`, mend);
  for (const name of names) {
    if ((await dns.addresses(name)).includes(address))
      return ok(check, `${address} is ${name}, and ${name} is ${address}.`);
  }
  return broken(check, `${address} calls itself ${names.join(', ')}, which leads elsewhere.`, mend);
}
