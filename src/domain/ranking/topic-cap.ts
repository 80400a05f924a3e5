/** Share of a selection that every topic may have. */
const MIN_TOPIC_SHARE = 0.3;

/** How much more than an equal share one of the followed topics may have. */
const FAIR_SHARE_FACTOR = 1.5;

/** Number of papers that every topic may have. */
const MIN_TOPIC_PAPERS = 2;

/** The largest share of a selection that one topic may have for a subscriber who follows that many
 *  topics. With one topic there is no cap; with none, or five or more, it is 0.3. */
export function maxTopicShare(followedTopics: number): number {
  return followedTopics === 0
    ? MIN_TOPIC_SHARE
    : Math.max(MIN_TOPIC_SHARE, FAIR_SHARE_FACTOR / followedTopics);
}

/** Number of the first `count` papers of a selection that may be on one topic. */
export function maxPapersPerTopic(share: number, count: number): number {
  return Math.max(MIN_TOPIC_PAPERS, Math.ceil(share * count));
}
