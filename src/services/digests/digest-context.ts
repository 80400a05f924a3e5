import type { Db } from '../../db/client.ts';
import { findDigestById, listDigestPapers } from '../../db/digests/digests.ts';
import { listTopics } from '../../db/topics/topics.ts';
import type { DigestSummary, RankedPaper, Selection } from '../../domain/digests/digest.ts';
import { evictOldest } from '../../domain/evict-oldest.ts';
import {
  createPaperSelector,
  type SelectionPreferences,
} from '../../domain/ranking/paper-selector.ts';
import { findMostDiscussedRank } from '../../domain/ranking/ranking.ts';
import { createSimilarity } from '../../domain/ranking/similarity.ts';
import { createTermIndex, type TermIndex } from '../../domain/ranking/term-index.ts';
import type { ClassifyNonWorkingDay } from '../../domain/sources/working-days.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import {
  createDigestRenderer,
  type DigestPersonalization,
  type DigestRenderer,
} from '../../mail/digests/digest-renderer.ts';
import type { MailTemplates } from '../../mail/templates/mail-templates.ts';
import type { Sender } from '../../mail/templates/sender.ts';
import type { TermStatistics } from '../ranking/term-statistics.ts';
import { readNoteFacts } from './note-facts.ts';

/** A digest with everything that its deliveries share, loaded and rendered once. */
export interface DigestContext {
  digest: DigestSummary;
  papers: RankedPaper[];
  renderer: DigestRenderer;
  topicNames: ReadonlyMap<string, string>;
  /**
   * Returns the selector for these subscribers. `seen` has the paper ids each was mailed before.
   */
  createSelectorFor(
    subscribers: readonly SelectingSubscriber[],
    seen: ReadonlyMap<number, ReadonlySet<string>>,
  ): Promise<(subscriber: SelectingSubscriber) => Selection>;
}

type SelectingSubscriber = SelectionPreferences & Pick<Subscriber, 'id'>;

/** Opens a digest by its id; null when there is no such digest. */
export type DigestContexts = (digestId: number) => Promise<DigestContext | null>;

/** Digests kept open: today's of both kinds, and those with retries. */
const MAX_OPEN_DIGESTS = 4;

const NO_PAPERS_SEEN: ReadonlySet<string> = new Set();

export interface DigestContextDeps {
  db: Db;
  templates: MailTemplates;
  sender: Sender;
  termStatistics: TermStatistics;
  classifyNonWorkingDay: ClassifyNonWorkingDay;
}

/** Opens digests for sending. The most recently opened ones stay open. */
export function createDigestContexts(deps: DigestContextDeps): DigestContexts {
  const open = new Map<number, Promise<DigestContext | null>>();
  return (digestId) => {
    const known = open.get(digestId);
    if (known) return known;
    const opening = openDigestContext(deps, digestId);
    open.set(digestId, opening);
    const evict = () => open.delete(digestId);
    opening.then((context) => context ?? evict(), evict);
    evictOldest(open, MAX_OPEN_DIGESTS);
    return opening;
  };
}

async function openDigestContext(
  { db, templates, sender, termStatistics, classifyNonWorkingDay }: DigestContextDeps,
  digestId: number,
): Promise<DigestContext | null> {
  const digest = await findDigestById(db, digestId);
  if (!digest) return null;
  const papers = await listDigestPapers(db, digestId);
  const topics = await listTopics(db);
  const topicNames = new Map(topics.map(({ slug, name }) => [slug, name]));
  const { earlier, days } = await readNoteFacts(db, digest, classifyNonWorkingDay);
  const select = createPaperSelector({
    papers,
    similarity: createSimilarity(papers),
    mostDiscussedRank: findMostDiscussedRank(papers),
  });
  let terms: Promise<TermIndex> | null = null;
  const indexTerms = () => {
    terms ??= termStatistics().then((idf) => createTermIndex(papers, idf));
    terms.catch(() => {
      terms = null;
    });
    return terms;
  };
  return {
    digest,
    papers,
    topicNames,
    renderer: createDigestRenderer({
      templates,
      sender,
      digest,
      papers,
      topicNames,
      earlier,
      days,
    }),
    createSelectorFor: async (subscribers, seen) => {
      const hasLearnedTerms = subscribers.some(({ learned }) => learned !== null);
      const terms = hasLearnedTerms ? await indexTerms() : null;
      return (subscriber) =>
        select(subscriber, {
          seenPaperIds: seen.get(subscriber.id) ?? NO_PAPERS_SEEN,
          terms,
        });
    },
  };
}

/** The personalization of a subscriber's copy. */
export function createDigestCopy(
  { digest, topicNames }: DigestContext,
  subscriber: Subscriber & { quietSince?: string | null },
  { token, selection }: { token: string; selection: Selection },
): DigestPersonalization {
  const { quietSince = null } = subscriber;
  return {
    token,
    selection,
    darkHorseRank: selection.find(({ isDarkHorse }) => isDarkHorse)?.rank ?? null,
    topicNames: subscriber.topics.map((slug) => topicNames.get(slug) ?? slug),
    keywords: subscriber.keywords,
    names: subscriber.names,
    preferences: subscriber,
    signedUpOn: toUtcDay(subscriber.confirmedAt ?? subscriber.createdAt),
    email: subscriber.email,
    allowsClicks: subscriber.allowsClicks,
    showsSummaries: subscriber.showsSummaries,
    quietSince: quietSince !== null && quietSince < digest.date ? quietSince : null,
  };
}
