/** Least share of a selection that one topic may have. */
const LEAST_SHARE = 0.3;

/** How much more than a fair part one of the followed topics may have. */
const FAIR_SHARES = 1.5;

/** So many papers on one topic are no flood. */
const NEVER_TOO_MANY = 2;

/** The largest share of a selection that one topic may have, for a reader who follows so many: with few
 *  topics (1 follows from 1) there is no cap; who follows none or many gets three tenths of one at the most. */
export function topicShare(followedTopics: number): number {
  return followedTopics === 0 ? LEAST_SHARE : Math.max(LEAST_SHARE, FAIR_SHARES / followedTopics);
}

/** How many of the first `count` papers of a selection may be on one topic. */
export function mostOnOneTopic(share: number, count: number): number {
  return Math.max(NEVER_TOO_MANY, Math.ceil(share * count));
}
