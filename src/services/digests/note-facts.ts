import { listIncidents } from '../../db/alerts/alerts.ts';
import type { Db } from '../../db/client.ts';
import { listEarlierDigests } from '../../db/digests/digests.ts';
import { parseDigestSubject } from '../../domain/alerts/alert.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import type { ClassifyNonWorkingDay } from '../../domain/sources/working-days.ts';
import { DAY_MS } from '../../domain/time/units.ts';
import type { NoteFacts } from '../../mail/digests/digest-note.ts';

/**
 * Enough to name the digests that a subscriber was not due for: more than a weekend with holidays.
 */
const MAX_EARLIER_DIGESTS = 7;

/** Longer than the gaps that notes explain. */
const LATE_LOOKBACK_MS = 7 * DAY_MS;

/** Reads what the notes of a digest depend on, besides its papers. */
export async function readNoteFacts(
  db: Db,
  digest: DigestSummary,
  classifyNonWorkingDay: ClassifyNonWorkingDay,
): Promise<Required<Pick<NoteFacts, 'earlier' | 'days'>>> {
  return {
    earlier: await listEarlierDigests(db, digest.kind, digest.date, MAX_EARLIER_DIGESTS),
    days: { classifyNonWorkingDay, lateOn: await listLateDays(db, digest) },
  };
}

/** The days before a digest whose papers came late. */
async function listLateDays(db: Db, { kind, composedAt }: DigestSummary): Promise<Set<string>> {
  const since = new Date(composedAt.getTime() - LATE_LOOKBACK_MS);
  const late = await listIncidents(db, { kind: 'papers-late', since });
  return new Set(
    late.flatMap(({ subject }) => {
      const digest = parseDigestSubject(subject);
      return digest?.kind === kind ? [digest.date] : [];
    }),
  );
}
