import type { Db } from '../../db/client.ts';
import { countDeliveries, type DeliveryCounts } from '../../db/deliveries/count-deliveries.ts';
import { findDigest, findLatestDigest } from '../../db/digests/digests.ts';
import type { DigestKind, DigestSummary } from '../../domain/digests/digest.ts';
import { PaperboyError } from '../../domain/errors.ts';

/** The accounting of a digest: the audience is the sum over the states. */
export interface DigestStatus extends DeliveryCounts {
  digest: DigestSummary;
  audience: number;
  /** Until nothing is due any more, at the present rate; null when there is none. */
  secondsLeft: number | null;
}

/** Where the deliveries of a digest are at `now`. */
export async function readDigestStatus(
  db: Db,
  digest: DigestSummary,
  now: Date,
): Promise<DigestStatus> {
  const accounting = await countDeliveries(db, digest.id, now);
  const { due, inProgress: claimed, ratePerSecond } = accounting;
  const waiting = due + claimed;
  const secondsLeft =
    waiting === 0 ? 0 : ratePerSecond > 0 ? Math.ceil(waiting / ratePerSecond) : null;
  return { digest, audience: digest.audience, ...accounting, secondsLeft };
}

/**
 * The digest of a kind and day, or the newest of the kind when no day is given.
 * @throws PaperboyError `NO_DIGEST`.
 */
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
  throw new PaperboyError('NO_DIGEST', `${which}: compose it with “paperboy digest compose”.`);
}

/** @throws PaperboyError `DIGEST_CANCELLED` for a digest that was ended for good. */
export function assertNotCancelled({ kind, date, cancelledAt }: DigestSummary): void {
  if (cancelledAt === null) return;
  throw new PaperboyError(
    'DIGEST_CANCELLED',
    `The ${kind} digest of ${date} was cancelled at ${cancelledAt.toISOString()}: that is final.`,
  );
}
