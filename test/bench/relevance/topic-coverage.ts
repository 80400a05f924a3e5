import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import type { Topic } from '../../../src/domain/topics/topic.ts';

/** How many papers have a topic, and which. */
export interface TopicCoverage {
  papers: number;
  /** Papers that have a topic. */
  covered: number;
  topics: {
    slug: string;
    name: string;
    papers: number;
    /** Papers whose best match is this topic. */
    first: number;
  }[];
}

export function computeTopicCoverage(
  papers: readonly TopicPaper[],
  topics: readonly Pick<Topic, 'slug' | 'name'>[],
): TopicCoverage {
  return {
    papers: papers.length,
    covered: papers.filter((paper) => paper.topics.length > 0).length,
    topics: topics.map(({ slug, name }) => ({
      slug,
      name,
      papers: papers.filter((paper) => paper.topics.some((topic) => topic.slug === slug)).length,
      first: papers.filter(({ topics: [first] }) => first?.slug === slug).length,
    })),
  };
}
