import { freezeAudience, listSendGroups } from '../db/audience.ts';
import type { Db } from '../db/client.ts';
import {
  addDigest,
  type DigestSummary,
  findDigest,
  findDigestById,
  freezePapers,
  lockComposing,
  setAudience,
} from '../db/digests.ts';
import { listUsablePapers } from '../db/papers.ts';
import { endPauses } from '../db/pauses.ts';
import type { DigestKind } from '../domain/digest.ts';
import { PaperboyError } from '../domain/errors.ts';
import { LETTER_LIFETIME_MS } from '../domain/letter.ts';
import { rankPapers } from '../domain/ranking.ts';
import { isDue, isMonday, nextOccurrence, usableDays } from '../domain/schedule.ts';

export interface Composing {
  kind: DigestKind;
  date: string;
  now: Date;
  /** From when on readers' hours count: when composing was due. `now` unless it is made up for. */
  from?: Date;
  /** Nothing is composed while nobody would get it: a new site's first papers wait for its readers. */
  onlyForReaders?: boolean;
}

/** Papers that one digest freezes at the most, the best: several times what all sources list in a day.
 *  A mass import beyond must not make every morning slow; the others may come another day. */
const MOST_PAPERS = 1000;

/** `digest` is null on a day without papers (or readers, when asked): nothing is stored, so that it
 *  may be tried again. */
export interface Composed {
  digest: DigestSummary | null;
  isNew: boolean;
}

/**
 * Freezes the papers of a digest and its audience in one transaction; who paused until its day is among
 * them. Whoever comes second, at the
 * same moment or later, gets the digest that is there.
 * @throws PaperboyError `NOT_A_MONDAY` for a weekly digest of another day.
 */
export async function composeDigest(
  db: Db,
  { kind, date, now, from = now, onlyForReaders = false }: Composing,
): Promise<Composed> {
  if (kind === 'weekly' && !isMonday(date)) {
    throw new PaperboyError(
      'NOT_A_MONDAY',
      `Weekly digests are dated on Mondays: ${date} is none.`,
    );
  }
  return db.transaction(async (tx) => {
    await lockComposing(tx);
    const known = await findDigest(tx, kind, date);
    if (known) return { digest: known, isNew: false };
    const usable = await listUsablePapers(tx, { kind, ...usableDays(kind, date) });
    const papers = rankPapers(usable).slice(0, MOST_PAPERS);
    if (papers.length === 0) return { digest: null, isNew: false };
    const expiresAt = new Date(now.getTime() + LETTER_LIFETIME_MS.return);
    await endPauses(tx, { date, now, expiresAt });
    const groups = (await listSendGroups(tx, kind))
      .map((group) => ({ ...group, sendAt: nextOccurrence(from, group.hour, group.timezone) }))
      .filter((group) => isDue(group.frequency, kind, group.sendAt, group.timezone));
    if (onlyForReaders && groups.length === 0) return { digest: null, isNew: false };
    const digest = await addDigest(tx, { kind, date, composedAt: now });
    await freezePapers(tx, digest, papers);
    const audience = await freezeAudience(tx, digest.id, groups, now);
    await setAudience(tx, digest.id, audience);
    return { digest: await findDigestById(tx, digest.id), isNew: true };
  });
}
