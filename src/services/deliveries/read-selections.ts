import { describeReason, joinReason } from '../../copy/en/reasons.ts';
import type { Db } from '../../db/client.ts';
import { listSubscriberSelections } from '../../db/deliveries/subscriber-selections.ts';
import { listDigestPapersByRank } from '../../db/digests/digests.ts';
import { listTopicNames } from '../../db/topics/topics.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';

/** A paper that a subscriber was sent. */
interface SentPaper {
  paper: TopicPaper;
  /** Topics and reason in one text. */
  reason: string;
  sentAt: Date;
}

/** The newest digests of both kinds that are read: about three weeks. */
const MAX_DIGESTS = 25;

const MAX_SENT_PAPERS = 100;

/** Returns the papers of a subscriber's selections, the newest digest first, each in the order of
 *  the mail. A paper that was sent twice is returned once, from its first digest. */
export async function readSelections(db: Db, subscriberId: number): Promise<SentPaper[]> {
  const sent = new Map<string, SentPaper>();
  const topicNames = await listTopicNames(db);
  for (const { digestId, digestKind, sendAt, papers } of await listSubscriberSelections(
    db,
    subscriberId,
    MAX_DIGESTS,
  )) {
    const ranks = papers.map(({ rank }) => rank);
    const byRank = await listDigestPapersByRank(db, digestId, ranks);
    for (const { rank, reason } of papers) {
      const paper = byRank.get(rank);
      if (!paper) continue;
      const topics = paper.topics.map(({ slug }) => slug);
      const described = describeReason(reason, topics, { period: digestKind, topicNames });
      sent.set(paper.id, { paper, reason: joinReason(described), sentAt: sendAt });
    }
    if (sent.size >= MAX_SENT_PAPERS) break;
  }
  return [...sent.values()];
}
