import { readTags } from './tags.ts';

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
  hasReports: boolean;
  /** Tags of the old DMARC that mean nothing any more (RFC 9989, appendix C). */
  obsolete: string[];
}

const OBSOLETE = ['pct', 'rf', 'ri'];

/** The record, or null when it is none or has no policy that counts. */
export function readDmarc(text: string): DmarcRecord | null {
  if (!/^v\s*=\s*DMARC1\s*(?:;|$)/.test(text)) return null;
  const tags = readTags(text);
  if (tags === null) return null;
  const hasReports = /mailto:/i.test(tags.get('rua') ?? '');
  const policy = policyIn(tags.get('p')) ?? (hasReports ? 'none' : null);
  if (policy === null) return null;
  const psd = tags.get('psd')?.toLowerCase();
  return {
    policy,
    subdomainPolicy: policyIn(tags.get('sp')) ?? policy,
    isDkimStrict: tags.get('adkim')?.toLowerCase() === 's',
    isSpfStrict: tags.get('aspf')?.toLowerCase() === 's',
    psd: psd === 'y' || psd === 'n' ? psd : 'u',
    isTesting: tags.get('t')?.toLowerCase() === 'y',
    hasReports,
    obsolete: OBSOLETE.filter((name) => tags.has(name)),
  };
}

/** The names at which a tree walk asks, from the domain up; of a long one the middle is left out (RFC 9989
 *  §4.10). */
export function treeOf(domain: string): string[] {
  const labels = domain.split('.');
  const names = [domain];
  let left = labels.length < MOST_LABELS ? labels.length - 1 : MOST_LABELS - 1;
  for (; left >= 1; left -= 1) names.push(labels.slice(-left).join('.'));
  return names;
}

const MOST_LABELS = 8;

/** What a tree walk found at a name. */
export interface Found {
  name: string;
  record: DmarcRecord;
}

/** The organizational domain after a tree walk that began at `domain` (RFC 9989 §4.10.2). */
export function organizationOf(domain: string, found: readonly Found[]): string {
  const own = found.find(({ record }) => record.psd === 'n');
  if (own) return own.name;
  const suffix = found.find(({ name, record }) => record.psd === 'y' && name !== domain);
  if (suffix)
    return domain
      .split('.')
      .slice(-(suffix.name.split('.').length + 1))
      .join('.');
  return found.at(-1)?.name ?? domain;
}

function policyIn(text: string | undefined): DmarcPolicy | null {
  return DMARC_POLICIES.find((policy) => policy === text?.toLowerCase()) ?? null;
}
