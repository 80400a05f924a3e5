/** Least share of a selection that one topic may have. */
const MIN_TOPIC_SHARE = 0.3;

/** How much more than a fair part one of the followed topics may have. */
const FAIR_SHARE_FACTOR = 1.5;

/** So many papers on one topic are no flood. */
const MIN_TOPIC_PAPERS = 2;

/** The largest share of a selection that one topic may have, for a reader who follows so many: with few
 *  topics (1 follows from 1) there is no cap; who follows none or many gets three tenths of one at the most. */
export function maxTopicShare(followedTopics: number): number {
  return followedTopics === 0
    ? MIN_TOPIC_SHARE
    : Math.max(MIN_TOPIC_SHARE, FAIR_SHARE_FACTOR / followedTopics);
}

/** How many of the first `count` papers of a selection may be on one topic. */
export function maxPapersPerTopic(share: number, count: number): number {
  return Math.max(MIN_TOPIC_PAPERS, Math.ceil(share * count));
}
