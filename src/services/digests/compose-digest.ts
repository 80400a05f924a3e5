import type { Db } from '../../db/client.ts';
import { freezeAudience } from '../../db/deliveries/transitions/add.ts';
import { listSendGroups } from '../../db/digests/audience.ts';
import {
  addDigest,
  findDigest,
  findDigestById,
  freezePapers,
  listRecentTitles,
  lockComposing,
  setAudienceSize,
} from '../../db/digests/digests.ts';
import { listUsablePapers } from '../../db/papers/papers.ts';
import { endPauses } from '../../db/subscribers/pauses.ts';
import type { DigestKind, DigestSummary } from '../../domain/digests/digest.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { dropSameTitles } from '../../domain/papers/same-title.ts';
import { rankPapers } from '../../domain/ranking/ranking.ts';
import {
  addDays,
  findNextOccurrence,
  getUsableDays,
  isDigestDue,
  isMonday,
  toKnownTimezone,
} from '../../domain/time/schedule.ts';
import { TRANSACTIONAL_LINK_LIFETIME_MS } from '../../domain/transactional/transactional-email.ts';

interface ComposeOptions {
  kind: DigestKind;
  date: string;
  now: Date;
  /** When composing was due: subscribers' hours count from then. @defaultValue now */
  from?: Date;
  /** Compose nothing without an audience: a new site's first papers wait for subscribers. */
  requiresAudience?: boolean;
}

/** The most papers in a digest, the best ones: several days' worth from all sources. A mass import
 *  must not slow every morning down; the rest may be in the next digest. */
const MAX_DIGEST_PAPERS = 1000;

/** How long a paper may take to come from a second source under another id. */
const SAME_TITLE_DAYS = 30;

/** `digest` is null on a day without papers (or without audience, if required). Nothing is stored
 *  then, so that composing can be retried. */
interface ComposeResult {
  digest: DigestSummary | null;
  isNew: boolean;
}

/**
 * Freezes the papers of a digest and its audience in one transaction, after ending the pauses that
 * last until its date. A second caller, at the same moment or later, gets the existing digest.
 * @throws PaperboyError `NOT_A_MONDAY` for a weekly digest of another day.
 */
export async function composeDigest(
  db: Db,
  { kind, date, now, from = now, requiresAudience = false }: ComposeOptions,
): Promise<ComposeResult> {
  if (kind === 'weekly' && !isMonday(date)) {
    throw new PaperboyError(
      'NOT_A_MONDAY',
      `A weekly digest is dated on a Monday: ${date} is not one.`,
    );
  }
  return db.transaction(async (tx) => {
    await lockComposing(tx);
    const existing = await findDigest(tx, kind, date);
    if (existing) return { digest: existing, isNew: false };
    const usable = await listUsablePapers(tx, { kind, ...getUsableDays(kind, date) });
    const earlier = await listRecentTitles(tx, { kind, first: addDays(date, -SAME_TITLE_DAYS) });
    const papers = rankPapers(dropSameTitles(usable, earlier)).slice(0, MAX_DIGEST_PAPERS);
    if (papers.length === 0) return { digest: null, isNew: false };
    const expiresAt = new Date(now.getTime() + TRANSACTIONAL_LINK_LIFETIME_MS.return);
    await endPauses(tx, { date, now, expiresAt });
    const groups = (await listSendGroups(tx, kind))
      .map((group) => ({ ...group, zone: toKnownTimezone(group.timezone) }))
      .map((group) => ({ ...group, sendAt: findNextOccurrence(from, group.hour, group.zone) }))
      .filter((group) => isDigestDue(group.frequency, kind, group.sendAt, group.zone));
    if (requiresAudience && groups.length === 0) return { digest: null, isNew: false };
    const digest = await addDigest(tx, { kind, date, composedAt: now });
    await freezePapers(tx, digest, papers);
    const audience = await freezeAudience(tx, digest.id, groups, now);
    await setAudienceSize(tx, digest.id, audience);
    return { digest: await findDigestById(tx, digest.id), isNew: true };
  });
}
