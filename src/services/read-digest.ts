import type { Db } from '../db/client.ts';
import { type DigestSummary, findDigest, listDigestPapers, neighbourDates } from '../db/digests.ts';
import type { DigestKind, RankedPaper } from '../domain/digest.ts';

export interface ArchivedDigest {
  digest: DigestSummary;
  papers: RankedPaper[];
  previous: string | null;
  next: string | null;
}

/** A digest as it was composed, with its first `most` papers, or null. */
export async function readDigest(
  db: Db,
  { kind, date }: { kind: DigestKind; date: string },
  most?: number,
): Promise<ArchivedDigest | null> {
  const digest = await findDigest(db, kind, date);
  if (!digest) return null;
  const [papers, neighbours] = await Promise.all([
    listDigestPapers(db, digest.id, most),
    neighbourDates(db, kind, date),
  ]);
  return { digest, papers, ...neighbours };
}
