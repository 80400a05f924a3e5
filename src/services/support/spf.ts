import { BlockList, isIP, isIPv4 } from 'node:net';
import type { Dns } from '../../dns/dns.ts';
import {
  isSpf,
  readSpf,
  type SpfRecord,
  type SpfResult,
  type SpfTerm,
} from '../../domain/dns/spf-record.ts';

/** What SPF says of mail from a domain. */
export interface SpfVerdict {
  /** Null when no address was given. */
  result: SpfResult | null;
  record: string | null;
  /** Why the record cannot be used. */
  problem: string | null;
  /** Terms that ask the DNS: receivers follow no more than ten (RFC 7208 §4.6.4). */
  lookups: number;
  /** What is said of everybody else; null when nothing is. */
  ofOthers: SpfTerm['result'] | null;
}

export const MOST_LOOKUPS = 10;

interface Walk {
  dns: Dns;
  address: string | null;
  lookups: number;
}

class BadRecord extends Error {}

/** Whether `address` may send for `domain`, as a receiver finds out (RFC 7208 §4); without one the record
 *  and all that it includes is read. */
export async function judgeSpf(
  dns: Dns,
  domain: string,
  address: string | null,
): Promise<SpfVerdict> {
  const walk: Walk = { dns, address, lookups: 0 };
  const verdict = { record: null, problem: null, ofOthers: null };
  try {
    const record = await recordOf(dns, domain);
    if (record === null) return { ...verdict, result: 'none', lookups: 0 };
    const read = parse(record, domain);
    const result = await judge(walk, domain, read);
    const ofOthers = read.terms.find(({ name }) => name === 'all')?.result ?? null;
    const given = address === null ? null : result;
    return { ...verdict, record, result: given, lookups: walk.lookups, ofOthers };
  } catch (error) {
    if (!(error instanceof BadRecord)) throw error;
    const { message: problem } = error;
    return { ...verdict, problem, result: 'permerror', lookups: walk.lookups };
  }
}

async function recordOf(dns: Dns, domain: string): Promise<string | null> {
  const records = (await dns.texts(domain)).filter(isSpf);
  if (records.length > 1)
    throw new BadRecord(`${domain} has ${records.length} SPF records: expected one`);
  return records[0] ?? null;
}

function parse(record: string, domain: string): SpfRecord {
  try {
    return readSpf(record);
  } catch (error) {
    throw new BadRecord(`the SPF record of ${domain}: ${(error as Error).message}`);
  }
}

async function judge(
  walk: Walk,
  domain: string,
  { terms, redirect }: SpfRecord,
): Promise<SpfResult> {
  for (const term of terms) if (await matches(walk, domain, term)) return term.result;
  if (redirect === null || terms.some(({ name }) => name === 'all')) return 'neutral';
  count(walk);
  return judge(walk, redirect, await required(walk, redirect));
}

async function required({ dns }: Walk, domain: string): Promise<SpfRecord> {
  const record = await recordOf(dns, domain);
  if (record === null) throw new BadRecord(`${domain}, which is included, has no SPF record`);
  return parse(record, domain);
}

function count(walk: Walk): void {
  walk.lookups += 1;
  if (walk.lookups > MOST_LOOKUPS)
    throw new BadRecord(`more than ${MOST_LOOKUPS} look-ups are needed (RFC 7208 §4.6.4)`);
}

async function matches(walk: Walk, domain: string, term: SpfTerm): Promise<boolean> {
  const { dns, address } = walk;
  const { name, value } = term;
  if (!['all', 'ip4', 'ip6'].includes(name)) count(walk);
  // What a macro stands for depends on the single mail.
  if (value.includes('%{')) return false;
  const target = value === '' ? domain : value;
  if (name === 'include') {
    return (await judge(walk, target, await required(walk, target))) === 'pass';
  }
  if (address === null) return false;
  if (name === 'all') return true;
  if (name === 'ip4' || name === 'ip6') return isWithin(address, target, term);
  if (name === 'exists') return (await dns.addresses(target)).some(isIPv4);
  if (name === 'ptr') return false;
  const hosts = name === 'mx' ? await dns.mailHosts(target) : [target];
  for (const host of hosts) {
    const addresses = await dns.addresses(host);
    if (addresses.some((each) => isWithin(address, each, term))) return true;
  }
  return false;
}

function isWithin(address: string, network: string, { bits4, bits6 }: SpfTerm): boolean {
  if (isIP(network) === 0) throw new BadRecord(`“${network}” is no address`);
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (isIPv4(network) !== isIPv4(address)) return false;
  const list = new BlockList();
  list.addSubnet(network, family === 'ipv4' ? bits4 : bits6, family);
  return list.check(address, family);
}
