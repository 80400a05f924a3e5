import type { Db } from '../../db/client.ts';
import { findDigest, findLatestDigest } from '../../db/digests/digests.ts';
import type { DigestKind, DigestSummary } from '../../domain/digests/digest.ts';
import { PaperboyError } from '../../domain/errors.ts';

/** Finds the digest of a kind and date, or the newest of the kind without a date.
 *  @throws PaperboyError `NO_DIGEST`. */
export async function requireDigest(
  db: Db,
  kind: DigestKind,
  date: string | null,
): Promise<DigestSummary> {
  const digest =
    date === null ? await findLatestDigest(db, kind) : await findDigest(db, kind, date);
  if (digest) return digest;
  const which =
    date === null
      ? `No ${kind} digest has been composed yet`
      : `There is no ${kind} digest of ${date}`;
  const options = `${date === null ? '' : ` --date ${date}`}${kind === 'daily' ? '' : ` --kind ${kind}`}`;
  throw new PaperboyError(
    'NO_DIGEST',
    `${which}: compose it with “paperboy digest compose${options}”.`,
  );
}

/** @throws PaperboyError `DIGEST_CANCELLED`. */
export function assertNotCancelled({ kind, date, cancelledAt }: DigestSummary): void {
  if (cancelledAt === null) return;
  throw new PaperboyError(
    'DIGEST_CANCELLED',
    `The ${kind} digest of ${date} was cancelled at ${cancelledAt.toISOString()}: that is final.`,
  );
}
