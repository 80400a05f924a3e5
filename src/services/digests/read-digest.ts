import type { Db } from '../../db/client.ts';
import { findDigest, findNeighbourDates, listDigestPapers } from '../../db/digests/digests.ts';
import type { DigestKind, DigestSummary, RankedPaper } from '../../domain/digests/digest.ts';

export interface ArchivedDigest {
  digest: DigestSummary;
  papers: RankedPaper[];
  /** The dates of its neighbours of the same kind. */
  previous: string | null;
  next: string | null;
}

/** Reads a digest with its first `limit` papers (all by default); null when there is none. */
export async function readDigest(
  db: Db,
  { kind, date }: { kind: DigestKind; date: string },
  limit?: number,
): Promise<ArchivedDigest | null> {
  const digest = await findDigest(db, kind, date);
  if (!digest) return null;
  const [papers, neighbours] = await Promise.all([
    listDigestPapers(db, digest.id, limit),
    findNeighbourDates(db, kind, date),
  ]);
  return { digest, papers, ...neighbours };
}
