/** Share of a selection that every topic may have, without and with feedback. */
const MIN_TOPIC_SHARE = 0.3;
const MIN_TOPIC_SHARE_WITH_FEEDBACK = 0.7;

/** How much more than an equal share one of the followed topics may have. */
const FAIR_SHARE_FACTOR = 1.5;

/** Number of papers that every topic may have. */
const MIN_TOPIC_PAPERS = 2;

/**
 * The largest share of a selection that one topic may have for a subscriber who follows that many
 * topics. With one topic there is no cap; with none, or many, it is 3/10, and 7/10 for subscribers
 * who gave feedback: what they like is often on one topic.
 */
export function maxTopicShare(followedTopics: number, hasFeedback: boolean): number {
  const minShare = hasFeedback ? MIN_TOPIC_SHARE_WITH_FEEDBACK : MIN_TOPIC_SHARE;
  return followedTopics === 0 ? minShare : Math.max(minShare, FAIR_SHARE_FACTOR / followedTopics);
}

/** Number of the first `count` papers of a selection that may be on one topic. */
export function maxPapersPerTopic(share: number, count: number): number {
  return Math.max(MIN_TOPIC_PAPERS, Math.ceil(share * count));
}
