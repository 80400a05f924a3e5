import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Db } from '../../db/client.ts';
import { freezeAudience } from '../../db/deliveries/transitions/add.ts';
import { listSendGroups, type SendGroup } from '../../db/digests/audience.ts';
import {
  addDigest,
  findDigest,
  findDigestById,
  freezePapers,
  listRecentTitles,
  lockComposing,
  setAudienceSize,
  tryLockComposing,
} from '../../db/digests/digests.ts';
import { listUsablePapers } from '../../db/papers/papers.ts';
import { endPauses, hasPausesToEnd } from '../../db/subscribers/pauses.ts';
import type { DigestKind, DigestSummary, RankedPaper } from '../../domain/digests/digest.ts';
import { createSendTimes, type SendTimes } from '../../domain/digests/send-times.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { dropSameTitles } from '../../domain/papers/same-title.ts';
import { rankPapers } from '../../domain/ranking/ranking.ts';
import { addDays, getUsableDays, isMonday } from '../../domain/time/schedule.ts';
import { TRANSACTIONAL_LINK_LIFETIME_MS } from '../../domain/transactional/transactional-email.ts';

interface ComposeOptions {
  kind: DigestKind;
  date: string;
  now: Date;
  /** When composing was due: subscribers' hours count from then. @defaultValue now */
  from?: Date;
  /** What to do while another process composes: a scheduler comes back a minute later, and has
   *  other work to do. @defaultValue 'wait' */
  whenBusy?: 'wait' | 'skip';
  /** Compose nothing without an audience: a new site's first papers wait for subscribers. */
  requiresAudience?: boolean;
}

/** The most papers in a digest, the best ones: several days' worth from all sources. A mass import
 *  must not slow every morning down; the rest may be in the next digest. */
const MAX_DIGEST_PAPERS = 1000;

/** How long a paper may take to come from a second source under another id. */
const SAME_TITLE_DAYS = 30;

/** `digest` is null on a day without papers (or without audience, if required), and when another
 *  process composes and was not waited for. Nothing is stored then, so that composing can be
 *  retried. */
interface ComposeResult {
  digest: DigestSummary | null;
  isNew: boolean;
}

/**
 * Freezes the papers of a digest and its audience in one transaction, after ending the pauses that
 * last until its date, each in a short one. A second caller, at the same moment or later, gets the
 * existing digest.
 * @throws PaperboyError `NOT_A_MONDAY` for a weekly digest of another day.
 */
export async function composeDigest(db: Db, options: ComposeOptions): Promise<ComposeResult> {
  const { kind, date, now, from = now, whenBusy = 'wait', requiresAudience = false } = options;
  if (kind === 'weekly' && !isMonday(date)) {
    throw new PaperboyError(
      'NOT_A_MONDAY',
      `A weekly digest is dated on a Monday: ${date} is not one.`,
    );
  }
  await endPausesBefore(db, options);
  return db.transaction(async (tx) => {
    if (whenBusy === 'wait') await lockComposing(tx);
    else if (!(await tryLockComposing(tx))) return { digest: null, isNew: false };
    const existing = await findDigest(tx, kind, date);
    if (existing) return { digest: existing, isNew: false };
    const papers = await choosePapers(tx, kind, date);
    if (papers.length === 0) return { digest: null, isNew: false };
    const computeTimes = createGroupTimes(kind, from);
    const groups = await listSendGroups(tx, kind);
    if (requiresAudience && !(await computeTimes(groups)).some(({ isDue }) => isDue))
      return { digest: null, isNew: false };
    const digest = await addDigest(tx, { kind, date, composedAt: now });
    await freezePapers(tx, digest, papers);
    const audience = await freezeAudience(tx, digest, { groups, computeTimes, now });
    await setAudienceSize(tx, digest.id, audience);
    return { digest: await findDigestById(tx, digest.id), isNew: true };
  });
}

async function choosePapers(db: Db, kind: DigestKind, date: string): Promise<RankedPaper[]> {
  const usable = await listUsablePapers(db, { kind, ...getUsableDays(kind, date) });
  const earlier = await listRecentTitles(db, { kind, first: addDays(date, -SAME_TITLE_DAYS) });
  return rankPapers(dropSameTitles(usable, earlier)).slice(0, MAX_DIGEST_PAPERS);
}

/** Pauses that end in one transaction. */
const PAUSES_PER_TRANSACTION = 500;

/** Ends the pauses before the audience is frozen, unless there is nothing to compose. Composing
 *  for a large audience takes minutes: in its transaction the returning subscribers would be
 *  locked, and their unsubscribing would wait for its end. */
async function endPausesBefore(db: Db, { kind, date, now }: ComposeOptions): Promise<void> {
  if (!(await hasPausesToEnd(db, date))) return;
  if ((await findDigest(db, kind, date)) !== null) return;
  if ((await choosePapers(db, kind, date)).length === 0) return;
  const expiresAt = new Date(now.getTime() + TRANSACTIONAL_LINK_LIFETIME_MS.return);
  const limit = PAUSES_PER_TRANSACTION;
  let ended = limit;
  while (ended === limit) ended = await endPauses(db, { date, now, expiresAt, limit });
}

/** Groups whose times are computed before the event loop runs: pages and heartbeats wait for it. */
const GROUPS_PER_TICK = 50;

/** Creates a function that computes when each group gets the digest. */
function createGroupTimes(
  kind: DigestKind,
  from: Date,
): (groups: readonly SendGroup[]) => Promise<(SendGroup & SendTimes)[]> {
  const computeTimes = createSendTimes(kind, from);
  return async (groups) => {
    const timed: (SendGroup & SendTimes)[] = [];
    for (const group of groups) {
      if (timed.length % GROUPS_PER_TICK === 0) await yieldToEventLoop();
      timed.push({ ...group, ...computeTimes(group) });
    }
    return timed;
  };
}
