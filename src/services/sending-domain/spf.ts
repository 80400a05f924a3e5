import { BlockList, isIP, isIPv4 } from 'node:net';
import type { DnsResolver } from '../../dns/dns.ts';
import {
  isSpfRecord,
  parseSpfRecord,
  type SpfMechanism,
  type SpfRecord,
  type SpfResult,
} from '../../domain/dns/spf-record.ts';

/** What SPF says of mail from a domain. */
export interface SpfEvaluation {
  /** Null when no address was given. */
  result: SpfResult | null;
  record: string | null;
  /** Why the record cannot be used. */
  problem: string | null;
  /** Terms that ask the DNS: receivers follow no more than ten (RFC 7208 §4.6.4). */
  lookups: number;
  /** What is said of everybody else; null when nothing is. */
  defaultResult: SpfMechanism['result'] | null;
}

export const MAX_LOOKUPS = 10;

interface SpfContext {
  dns: DnsResolver;
  address: string | null;
  lookups: number;
}

class SpfRecordError extends Error {}

/** Whether `address` may send for `domain`, as a receiver finds out (RFC 7208 §4); without one the record
 *  and all that it includes is read. */
export async function evaluateSpf(
  dns: DnsResolver,
  domain: string,
  address: string | null,
): Promise<SpfEvaluation> {
  const context: SpfContext = { dns, address, lookups: 0 };
  const emptyEvaluation = { record: null, problem: null, defaultResult: null };
  try {
    const record = await findRecord(dns, domain);
    if (record === null) return { ...emptyEvaluation, result: 'none', lookups: 0 };
    const read = parse(record, domain);
    const result = await evaluateRecord(context, domain, read);
    const defaultResult = read.mechanisms.find(({ name }) => name === 'all')?.result ?? null;
    const given = address === null ? null : result;
    return { ...emptyEvaluation, record, result: given, lookups: context.lookups, defaultResult };
  } catch (error) {
    if (!(error instanceof SpfRecordError)) throw error;
    const { message: problem } = error;
    return { ...emptyEvaluation, problem, result: 'permerror', lookups: context.lookups };
  }
}

async function findRecord(dns: DnsResolver, domain: string): Promise<string | null> {
  const records = (await dns.resolveTxt(domain)).filter(isSpfRecord);
  if (records.length > 1)
    throw new SpfRecordError(`${domain} has ${records.length} SPF records: expected one`);
  return records[0] ?? null;
}

function parse(record: string, domain: string): SpfRecord {
  try {
    return parseSpfRecord(record);
  } catch (error) {
    throw new SpfRecordError(`the SPF record of ${domain}: ${(error as Error).message}`);
  }
}

async function evaluateRecord(
  context: SpfContext,
  domain: string,
  { mechanisms: terms, redirect }: SpfRecord,
): Promise<SpfResult> {
  for (const term of terms) if (await matches(context, domain, term)) return term.result;
  if (redirect === null || terms.some(({ name }) => name === 'all')) return 'neutral';
  countLookup(context);
  return evaluateRecord(context, redirect, await findRequiredRecord(context, redirect));
}

async function findRequiredRecord({ dns }: SpfContext, domain: string): Promise<SpfRecord> {
  const record = await findRecord(dns, domain);
  if (record === null) throw new SpfRecordError(`${domain}, which is included, has no SPF record`);
  return parse(record, domain);
}

function countLookup(context: SpfContext): void {
  context.lookups += 1;
  if (context.lookups > MAX_LOOKUPS)
    throw new SpfRecordError(`more than ${MAX_LOOKUPS} look-ups are needed (RFC 7208 §4.6.4)`);
}

async function matches(context: SpfContext, domain: string, term: SpfMechanism): Promise<boolean> {
  const { dns, address } = context;
  const { name, value } = term;
  if (!['all', 'ip4', 'ip6'].includes(name)) countLookup(context);
  // What a macro stands for depends on the single mail.
  if (value.includes('%{')) return false;
  const target = value === '' ? domain : value;
  if (name === 'include') {
    return (
      (await evaluateRecord(context, target, await findRequiredRecord(context, target))) === 'pass'
    );
  }
  if (address === null) return false;
  if (name === 'all') return true;
  if (name === 'ip4' || name === 'ip6') return isWithin(address, target, term);
  if (name === 'exists') return (await dns.resolveAddresses(target)).some(isIPv4);
  if (name === 'ptr') return false;
  const hosts = name === 'mx' ? await dns.resolveMx(target) : [target];
  for (const host of hosts) {
    const addresses = await dns.resolveAddresses(host);
    if (addresses.some((each) => isWithin(address, each, term))) return true;
  }
  return false;
}

function isWithin(
  address: string,
  network: string,
  { ipv4PrefixLength: bits4, ipv6PrefixLength: bits6 }: SpfMechanism,
): boolean {
  if (isIP(network) === 0) throw new SpfRecordError(`“${network}” is no address`);
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (isIPv4(network) !== isIPv4(address)) return false;
  const list = new BlockList();
  list.addSubnet(network, family === 'ipv4' ? bits4 : bits6, family);
  return list.check(address, family);
}
