import type { Db } from '../../db/client.ts';
import { countDigestsByMonth, listDigests, listDigestsOfMonth } from '../../db/digests/digests.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';

/** The digests of one month, with a list of the months that have digests. */
export interface ArchiveMonth {
  /** `YYYY-MM`; null before the first digest. */
  month: string | null;
  digests: DigestSummary[];
  /** Newest first. */
  months: { month: string; count: number }[];
}

const MAX_LISTED_DIGESTS = 400;

/** Reads the archive of a month, by default the newest one with digests. */
export async function readArchiveMonth(db: Db, requested: string | null): Promise<ArchiveMonth> {
  const months = await countDigestsByMonth(db);
  const month = requested ?? months[0]?.month ?? null;
  return { month, months, digests: month === null ? [] : await listDigestsOfMonth(db, month) };
}

/** The newest digests. */
export async function readArchive(db: Db): Promise<DigestSummary[]> {
  return listDigests(db, MAX_LISTED_DIGESTS);
}
