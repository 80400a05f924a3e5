import { parseTagValueList } from './tag-value-list.ts';

const DMARC_POLICIES = ['none', 'quarantine', 'reject'] as const;
export type DmarcPolicy = (typeof DMARC_POLICIES)[number];

/** A DMARC policy record (RFC 9989 §4.7). */
interface DmarcRecord {
  /** For the domain of the record itself. */
  policy: DmarcPolicy;
  /** For the domains below it. */
  subdomainPolicy: DmarcPolicy;
  /** Whether the DKIM domain must equal the domain of From (`adkim=s`). */
  isDkimStrict: boolean;
  /** `y`: a public suffix, below which others register; `n`: an organizational domain. */
  psd: 'y' | 'n' | 'u';
  isTesting: boolean;
  /** Tags that RFC 9989 removed (appendix C). */
  obsoleteTags: string[];
}

const OBSOLETE_TAGS = ['pct', 'rf', 'ri'];

/** Whether a TXT record is meant as a DMARC record, even if it is invalid. */
export function isDmarcRecord(text: string): boolean {
  return /^v\s*=\s*DMARC1/i.test(text);
}

/**
 * The parsed record; null when it is invalid or when its policy does not count (RFC 9989 §4.10.1).
 */
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
    psd: psd === 'y' || psd === 'n' ? psd : 'u',
    isTesting: tags.get('t')?.toLowerCase() === 'y',
    obsoleteTags: OBSOLETE_TAGS.filter((name) => tags.has(name)),
  };
}

/** The names that a DNS tree walk queries, from the domain up. For a domain of eight or more labels
 *  the walk continues with its last seven (RFC 9989 §4.10). */
export function listTreeWalkNames(domain: string): string[] {
  const labels = domain.split('.');
  const names = [domain];
  let labelCount =
    labels.length < MAX_TREE_WALK_QUERIES ? labels.length - 1 : MAX_TREE_WALK_QUERIES - 1;
  for (; labelCount >= 1; labelCount -= 1) names.push(labels.slice(-labelCount).join('.'));
  return names;
}

const MAX_TREE_WALK_QUERIES = 8;

/** A record that a tree walk found, with the name it was found at. */
export interface TreeWalkRecord {
  name: string;
  record: DmarcRecord;
}

/** The organizational domain of `domain`, from the records of its tree walk (RFC 9989 §4.10.2). */
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
