import { describeReason, type ReasonText } from '../../copy/en/reasons.ts';
import type { Db } from '../../db/client.ts';
import { findDelivery } from '../../db/deliveries/deliveries.ts';
import { findDigestById, listDigestPapers } from '../../db/digests/digests.ts';
import { findQuietSince } from '../../db/subscribers/quiet-days.ts';
import { findSubscriber } from '../../db/subscribers/subscribers.ts';
import { listTopics } from '../../db/topics/topics.ts';
import type { DigestSummary, RankedPaper } from '../../domain/digests/digest.ts';
import type { LinkTokens } from '../../domain/links/tokens.ts';
import { usesFeedback } from '../../domain/ranking/reason.ts';
import type { ClassifyNonWorkingDay } from '../../domain/sources/working-days.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { Topic } from '../../domain/topics/topic.ts';
import { composeNote } from '../../mail/digests/digest-note.ts';
import { readNoteFacts } from './note-facts.ts';

/** A subscriber's copy of a digest. */
export interface DeliveredDigest {
  digest: DigestSummary;
  subscriber: Subscriber;
  papers: { paper: RankedPaper; reason: ReasonText; isDarkHorse: boolean }[];
  /** Whether one of the reasons is the subscriber's feedback. */
  usesFeedback: boolean;
  topics: Topic[];
  /** The note at the top of the mail; may be empty. */
  note: string;
}

interface ViewDeliveryDeps {
  db: Db;
  tokens: LinkTokens;
  classifyNonWorkingDay: ClassifyNonWorkingDay;
}

/** A digest as it was or will be mailed to the subscriber of a token; null when the token is not
 *  valid or the papers are not selected yet. */
export async function viewDelivery(
  { db, tokens, classifyNonWorkingDay }: ViewDeliveryDeps,
  token: string,
): Promise<DeliveredDigest | null> {
  const subject = tokens.open(token);
  if (subject?.kind !== 'delivery') return null;
  const delivery = await findDelivery(db, subject.digestId, subject.subscriberId);
  if (!delivery?.selection || delivery.selection.length === 0) return null;
  const subscriber = await findSubscriber(db, subject.subscriberId);
  const digest = await findDigestById(db, subject.digestId);
  if (!subscriber || !digest) return null;
  const ranked = await listDigestPapers(db, digest.id);
  const byRank = new Map(ranked.map((paper) => [paper.rank, paper]));
  const topics = await listTopics(db);
  const topicNames = new Map(topics.map(({ slug, name }) => [slug, name]));
  const papers = delivery.selection.flatMap(({ rank, reason, isDarkHorse = false }) => {
    const paper = byRank.get(rank);
    if (paper === undefined) return [];
    const slugs = paper.topics.map(({ slug }) => slug);
    const described = describeReason(reason, slugs, { period: digest.kind, topicNames });
    return [{ paper, reason: described, isDarkHorse }];
  });
  const noteFacts = await readNoteFacts(db, digest, classifyNonWorkingDay);
  const facts = { digest, papers: ranked, ...noteFacts };
  const quietSince = await findQuietSince(db, subject);
  const note = composeNote(facts, { preferences: subscriber, quietSince });
  return {
    digest,
    subscriber,
    papers,
    usesFeedback: usesFeedback(delivery.selection),
    topics,
    note,
  };
}
