import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import type { TopicDefinition } from '../../../src/domain/topics/topic.ts';

/** A share with the numbers that it is made of. */
interface Share {
  hits: number;
  of: number;
}

/** How well the queries of a topic find the papers of its categories. */
export interface TopicPrecision {
  slug: string;
  /** Papers that are in one of the topic's categories. */
  inCategories: number;
  /** Share of the topic's papers that are in its categories: of those shown, of all matches. */
  precision: { shown: Share; matched: Share };
  /** Share of the papers in its categories that are the topic's. */
  recall: { shown: Share; matched: Share };
}

/**
 * Compares topics with categories. `papers` have the topics that the queries alone give them;
 * papers without categories do not count.
 */
export function computeTopicPrecision(
  papers: readonly (Pick<TopicPaper, 'topics' | 'otherTopics'> & { categories: string[] })[],
  topics: readonly Pick<TopicDefinition, 'slug' | 'categories'>[],
): TopicPrecision[] {
  const labelled = papers.filter(({ categories }) => categories.length > 0);
  return topics.map(({ slug, categories }) => {
    const isOn = (list: readonly { slug: string }[]) => list.some((topic) => topic.slug === slug);
    const relevant = new Set(
      labelled.filter((paper) => paper.categories.some((each) => categories.includes(each))),
    );
    const shown = labelled.filter((paper) => isOn(paper.topics));
    const matched = labelled.filter((paper) => isOn([...paper.topics, ...paper.otherTopics]));
    const share = (found: typeof labelled, of: number): Share => ({
      hits: found.filter((paper) => relevant.has(paper)).length,
      of,
    });
    return {
      slug,
      inCategories: relevant.size,
      precision: { shown: share(shown, shown.length), matched: share(matched, matched.length) },
      recall: { shown: share(shown, relevant.size), matched: share(matched, relevant.size) },
    };
  });
}

/** The 95 % interval of a share (Wilson 1927), 0 to 1; null without a case. */
export function computeWilsonInterval({ hits, of }: Share): [low: number, high: number] | null {
  if (of === 0) return null;
  const z = 1.96;
  const share = hits / of;
  const centre = share + (z * z) / (2 * of);
  const margin = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return [Math.max(0, (centre - margin) / scale), Math.min(1, (centre + margin) / scale)];
}

/** The table as Markdown, for docs/relevance.md. Topics without a paper in their categories are
 *  left out. */
export function formatTopicPrecision(rows: readonly TopicPrecision[], papers: number): string {
  const header = [
    `| topic | papers in its categories, of ${papers} | precision, shown | precision, all matches | recall, shown | recall, all matches |`,
    '|---|---|---|---|---|---|',
  ];
  const lines = rows
    .filter(({ inCategories }) => inCategories > 0)
    .map(({ slug, inCategories, precision, recall }) => {
      const cells = [precision.shown, precision.matched, recall.shown, recall.matched];
      return `| \`${slug}\` | ${inCategories} | ${cells.map(formatShare).join(' | ')} |`;
    });
  return [...header, ...lines].join('\n');
}

function formatShare(share: Share): string {
  const interval = computeWilsonInterval(share);
  if (interval === null) return '–';
  const [low, high] = interval.map((value) => Math.round(100 * value));
  return `${Math.round((100 * share.hits) / share.of)} % [${low}, ${high}]`;
}
