import { parseTagValueList } from './tag-value-list.ts';

export const DMARC_POLICIES = ['none', 'quarantine', 'reject'] as const;
export type DmarcPolicy = (typeof DMARC_POLICIES)[number];

/** A record of DMARC (RFC 9989 §4.7). */
export interface DmarcRecord {
  /** For the domain that it stands at, and for those below it. */
  policy: DmarcPolicy;
  subdomainPolicy: DmarcPolicy;
  /** Whether DKIM must be of the very domain in From. */
  isDkimStrict: boolean;
  isSpfStrict: boolean;
  /** `y`: others register below it; `n`: it is an organisation's own. */
  psd: 'y' | 'n' | 'u';
  isTesting: boolean;
  hasAggregateReports: boolean;
  /** Tags of the old DMARC that mean nothing any more (RFC 9989, appendix C). */
  obsoleteTags: string[];
}

const OBSOLETE_TAGS = ['pct', 'rf', 'ri'];

/** The record, or null when it is none or has no policy that counts. */
export function parseDmarcRecord(text: string): DmarcRecord | null {
  if (!/^v\s*=\s*DMARC1\s*(?:;|$)/.test(text)) return null;
  const tags = parseTagValueList(text);
  if (tags === null) return null;
  const hasAggregateReports = /mailto:/i.test(tags.get('rua') ?? '');
  const policy = parsePolicy(tags.get('p')) ?? (hasAggregateReports ? 'none' : null);
  if (policy === null) return null;
  const psd = tags.get('psd')?.toLowerCase();
  return {
    policy,
    subdomainPolicy: parsePolicy(tags.get('sp')) ?? policy,
    isDkimStrict: tags.get('adkim')?.toLowerCase() === 's',
    isSpfStrict: tags.get('aspf')?.toLowerCase() === 's',
    psd: psd === 'y' || psd === 'n' ? psd : 'u',
    isTesting: tags.get('t')?.toLowerCase() === 'y',
    hasAggregateReports,
    obsoleteTags: OBSOLETE_TAGS.filter((name) => tags.has(name)),
  };
}

/** The names at which a tree walk asks, from the domain up; of a long one the middle is left out (RFC 9989
 *  §4.10). */
export function listTreeWalkNames(domain: string): string[] {
  const labels = domain.split('.');
  const names = [domain];
  let labelCount =
    labels.length < MAX_TREE_WALK_QUERIES ? labels.length - 1 : MAX_TREE_WALK_QUERIES - 1;
  for (; labelCount >= 1; labelCount -= 1) names.push(labels.slice(-labelCount).join('.'));
  return names;
}

const MAX_TREE_WALK_QUERIES = 8;

/** What a tree walk found at a name. */
export interface TreeWalkRecord {
  name: string;
  record: DmarcRecord;
}

/** The organizational domain after a tree walk that began at `domain` (RFC 9989 §4.10.2). */
export function findOrganizationalDomain(
  domain: string,
  records: readonly TreeWalkRecord[],
): string {
  const organizationRecord = records.find(({ record }) => record.psd === 'n');
  if (organizationRecord) return organizationRecord.name;
  const publicSuffixRecord = records.find(
    ({ name, record }) => record.psd === 'y' && name !== domain,
  );
  if (publicSuffixRecord)
    return domain
      .split('.')
      .slice(-(publicSuffixRecord.name.split('.').length + 1))
      .join('.');
  return records.at(-1)?.name ?? domain;
}

function parsePolicy(text: string | undefined): DmarcPolicy | null {
  return DMARC_POLICIES.find((policy) => policy === text?.toLowerCase()) ?? null;
}
