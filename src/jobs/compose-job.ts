import { ALERT_COPY } from '../copy/en/alerts.ts';
import { findDigest } from '../db/digests/digests.ts';
import { hasEverHadSubscribers } from '../db/subscribers/subscribers.ts';
import { formatDigestAlertSubject } from '../domain/alerts/alert.ts';
import { CATCH_UP_MS, canCompose, findDueDigest } from '../domain/digests/compose-due.ts';
import type { DigestKind } from '../domain/digests/digest.ts';
import type { Source } from '../domain/sources/source.ts';
import type { Alerts } from '../services/alerts/alerts.ts';
import { composeDigest } from '../services/digests/compose-digest.ts';
import { findMissingLists } from '../services/digests/find-missing-lists.ts';
import type { HandlerDeps } from './deps.ts';

export interface ComposeDeps
  extends Pick<HandlerDeps, 'db' | 'slowDb' | 'clock' | 'log' | 'composeAt'> {
  sources: readonly Source[];
  alerts: Alerts;
  /** How long to wait for late papers, in ms. */
  composeWaitMs: number;
}

/** Composes the digest that is due, at most `lateMs` late. While its papers are late it composes
 *  nothing; the next sweep tries again. */
export async function composeDue(
  deps: ComposeDeps,
  kind: DigestKind,
  lateMs = CATCH_UP_MS[kind],
): Promise<void> {
  const { db, slowDb, clock, log, composeAt } = deps;
  const now = clock();
  const due = findDueDigest(kind, composeAt, now, lateMs);
  if (due === null || (await findDigest(db, kind, due.date)) !== null) return;
  if (!(await hasPapers(deps, { ...due, now, lateMs }))) return;
  const { digest, isNew } = await composeDigest(slowDb, {
    ...{ ...due, now, whenBusy: 'skip', requiresAudience: true },
  });
  if (digest === null || !isNew) return;
  const { papers, audience } = digest;
  log('info', 'digest composed', { kind, date: due.date, papers, audience });
}

/** Whether the papers of a digest have arrived, or the wait for them is over. Raises and ends the
 *  alert about late papers. */
async function hasPapers(
  { db, alerts, sources, composeWaitMs }: ComposeDeps,
  due: { kind: DigestKind; date: string; from: Date; now: Date; lateMs: number },
): Promise<boolean> {
  const missing = await findMissingLists(db, sources, due);
  const subject = formatDigestAlertSubject(due);
  if (missing.length === 0) {
    await alerts.end({ kind: 'papers-late', subject });
    return true;
  }
  const isOver = canCompose(missing, { ...due, waitMs: composeWaitMs });
  const composesAt = isOver ? null : new Date(due.from.getTime() + composeWaitMs);
  const isLate = isOver || missing.some(({ wasFetched }) => wasFetched);
  if (isLate && (await hasEverHadSubscribers(db)))
    await alerts.raise({
      kind: 'papers-late',
      subject,
      sentence: ALERT_COPY.papersLate(missing, composesAt),
    });
  return isOver;
}
