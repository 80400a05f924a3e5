import { countPapersToSort } from '../db/topics/topic-set.ts';
import { sortPapers } from '../services/topics/sort-papers.ts';
import type { HandlerDeps } from './deps.ts';

/** Enqueues the sorting of papers that a new set of topics left unsorted. */
export async function enqueueSorting({
  db,
  queue,
}: Pick<HandlerDeps, 'db' | 'queue'>): Promise<void> {
  if ((await countPapersToSort(db)) > 0) await queue.enqueue('sort-papers', {}, 'sort-papers');
}

/** Sorts papers by the topics that were loaded last, until all are sorted or the process ends. */
export async function sortUnsorted({
  db,
  clock,
  log,
  stopping,
}: Pick<HandlerDeps, 'db' | 'clock' | 'log' | 'stopping'>): Promise<void> {
  const sorted = await sortPapers({ db, clock, signal: stopping });
  if (sorted > 0) log('info', 'papers sorted by new topics', { sorted });
}
