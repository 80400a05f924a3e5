import { findDigest } from '../db/digests.ts';
import { hasReaders } from '../db/subscribers.ts';
import { digestSubject } from '../domain/alarm.ts';
import { papersLate } from '../domain/alarm-rules.ts';
import { dueDigest, MAKE_UP_MS, mayCompose } from '../domain/composing.ts';
import type { DigestKind } from '../domain/digest.ts';
import type { Source } from '../domain/fetched.ts';
import { composeDigest } from '../services/compose-digest.ts';
import type { Alarms } from '../services/support/alarms.ts';
import { missingLists } from '../services/support/missing-lists.ts';
import type { HandlerDeps } from './deps.ts';

export interface ComposeDeps
  extends Pick<HandlerDeps, 'db' | 'slowDb' | 'clock' | 'log' | 'composeAt'> {
  sources: readonly Source[];
  alarms: Alarms;
  /** How long papers that are late are waited for, in ms. */
  composeWaitMs: number;
}

/** Composes the digest that is due, at most `lateMs` late, unless it waits for papers: then it is tried
 *  again at the next tick. */
export async function composeDue(
  deps: ComposeDeps,
  kind: DigestKind,
  lateMs = MAKE_UP_MS[kind],
): Promise<void> {
  const { db, slowDb, clock, log, composeAt } = deps;
  const now = clock();
  const due = dueDigest(kind, composeAt, now, lateMs);
  if (due === null || (await findDigest(db, kind, due.date)) !== null) return;
  if (!(await hasPapers(deps, { ...due, now, lateMs }))) return;
  const { digest, isNew } = await composeDigest(slowDb, { ...due, now, onlyForReaders: true });
  if (digest === null || !isNew) return;
  const { papers, audience } = digest;
  log('info', 'digest composed', { kind, date: due.date, papers, audience });
}

/** Whether the papers of a digest are there, or were waited for long enough. */
async function hasPapers(
  { db, alarms, sources, composeWaitMs }: ComposeDeps,
  due: { kind: DigestKind; date: string; from: Date; now: Date; lateMs: number },
): Promise<boolean> {
  const missing = await missingLists(db, sources, due);
  const subject = digestSubject(due);
  if (missing.length === 0) {
    await alarms.end({ kind: 'papers-late', subject });
    return true;
  }
  const isOver = mayCompose(missing, { ...due, waitMs: composeWaitMs });
  const composesAt = isOver ? null : new Date(due.from.getTime() + composeWaitMs);
  const isLate = isOver || missing.some(({ wasAsked }) => wasAsked);
  if (isLate && (await hasReaders(db)))
    await alarms.raise(papersLate(subject, missing, composesAt));
  return isOver;
}
