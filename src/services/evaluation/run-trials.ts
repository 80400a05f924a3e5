import type { EvaluatedReader, RatedPaperId } from '../../domain/evaluation/evaluated-reader.ts';
import {
  computeAuc,
  computeNdcg,
  computePrecision,
} from '../../domain/evaluation/ranking-metrics.ts';
import {
  CHOSEN_PAPERS,
  type Followed,
  KNOWN_COUNTS,
  type KnownCount,
  type Trial,
  type Way,
} from '../../domain/evaluation/trial.ts';
import { MAX_FEEDBACK } from '../../domain/feedback/feedback-event.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Idf } from '../../domain/ranking/inverse-document-frequency.ts';
import { type JudgedPaper, learnTerms, packLearned } from '../../domain/ranking/learned-terms.ts';
import { addDays } from '../../domain/time/schedule.ts';
import type { TrialDay } from './trial-day.ts';

interface TrialFacts {
  reader: EvaluatedReader;
  day: TrialDay;
  paperById: ReadonlyMap<string, TopicPaper>;
  idf: Idf;
}

/** Tries every way of choosing with each number of known papers that the reader has. All papers
 *  that the reader judged count as seen. */
export function runTrials(facts: TrialFacts): Trial[] {
  const { reader, day } = facts;
  const rated = new Set([...reader.liked, ...reader.disliked].map(({ id }) => id));
  const wantedIds = new Set(reader.wanted);
  const unseen = day.papers.filter(({ id }) => !rated.has(id)).map(({ rank }) => rank);
  const wanted = new Set(unseen.filter((rank) => wantedIds.has(day.papers[rank]?.id ?? '')));
  const isUnseen = (rank: number) => !rated.has(day.papers[rank]?.id ?? '');
  const score = (chosen: readonly number[], all: readonly number[]) => ({
    precision: computePrecision(chosen, wanted, CHOSEN_PAPERS),
    ndcg: computeNdcg(chosen, wanted, CHOSEN_PAPERS),
    auc: computeAuc(all, wanted, unseen),
    chosen: chosen.length,
  });
  const scoreOrder = (order: readonly number[]) => {
    const shown = order.filter(isUnseen);
    return score(shown.slice(0, CHOSEN_PAPERS), shown);
  };
  const scoreSelection = (interests: Interests, learned: string | null) => {
    const request = { ...interests, learned, seenPaperIds: rated };
    return score(day.select(request, CHOSEN_PAPERS), day.selectAll(request));
  };
  const interests = listInterests(facts);
  const popularity = scoreOrder(unseen);
  const topics = interests.map(({ followed, ...each }) => ({
    followed,
    ...scoreSelection(each, null),
  }));
  return listKnownCounts(reader.liked.length).flatMap((known) => {
    const learned = learn(facts, known);
    const trial = (way: Way, followed: Followed, scores: ReturnType<typeof score>): Trial => ({
      reader: reader.name,
      known,
      way,
      followed,
      ...scores,
    });
    return [
      trial('popularity', null, popularity),
      ...topics.map(({ followed, ...scores }) => trial('topics', followed, scores)),
      trial('feedback', null, scoreSelection(NO_INTERESTS, learned)),
      trial('likeness', null, scoreOrder(day.orderByLikeness(learned))),
      ...interests.map(({ followed, ...each }) =>
        trial('both', followed, scoreSelection(each, learned)),
      ),
    ];
  });
}

interface Interests {
  topics: string[];
  keywords: string[];
}

const NO_INTERESTS: Interests = { topics: [], keywords: [] };

/** What the reader follows; for readers without topics also the one, three and five most frequent
 *  topics of their liked papers. */
function listInterests({
  reader: { topics, keywords, liked },
  paperById,
}: TrialFacts): (Interests & { followed: Followed })[] {
  const own =
    topics.length + keywords.length === 0 ? [] : [{ followed: 'own' as const, topics, keywords }];
  if (topics.length > 0) return own;
  const frequent = rankTopics(liked.flatMap(({ id }) => paperById.get(id) ?? []));
  if (frequent.length === 0) return own;
  const guessed = ([1, 3, 5] as const).map((count) => ({
    followed: count,
    topics: frequent.slice(0, count),
    keywords,
  }));
  return [...own, ...guessed];
}

/** The slugs of the papers' topics, the most frequent first. */
function rankTopics(papers: readonly TopicPaper[]): string[] {
  const counts = new Map<string, number>();
  for (const { topics } of papers)
    for (const { slug } of topics) counts.set(slug, (counts.get(slug) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([slug]) => slug);
}

/** The numbers that the reader has papers for. */
function listKnownCounts(liked: number): KnownCount[] {
  return KNOWN_COUNTS.filter((known) => known === 'all' || known <= liked);
}

/** Any day, for readers none of whose judgements has one. */
const UNDATED_NOW = '2026-01-01';

/** The packed terms learned from the newest `known` liked papers, and as many disliked ones. */
function learn({ reader, paperById, idf }: TrialFacts, known: KnownCount): string | null {
  const newest = (rated: readonly RatedPaperId[]) =>
    known === 'all' ? rated : rated.slice(-known);
  const newestDay = [...reader.liked, ...reader.disliked]
    .flatMap(({ on }) => on ?? [])
    .reduce((latest, on) => (on > latest ? on : latest), '');
  const today = reader.now ?? (newestDay === '' ? UNDATED_NOW : addDays(newestDay, 1));
  const judge = ({ id, on }: RatedPaperId, verb: 'more' | 'less'): JudgedPaper[] => {
    const paper = paperById.get(id);
    return paper ? [{ paper, verb, givenAt: new Date(on ?? today) }] : [];
  };
  const judged = [
    ...newest(reader.liked).flatMap((each) => judge(each, 'more')),
    ...newest(reader.disliked).flatMap((each) => judge(each, 'less')),
  ]
    .sort((a, b) => b.givenAt.getTime() - a.givenAt.getTime())
    .slice(0, MAX_FEEDBACK);
  return packLearned(learnTerms(judged, { idf, unlearned: new Set(), now: new Date(today) }));
}
