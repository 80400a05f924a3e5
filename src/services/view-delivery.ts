import type { Db } from '../db/client.ts';
import { findDelivery } from '../db/deliveries.ts';
import { type DigestSummary, findDigestById, listDigestPapers } from '../db/digests.ts';
import { findQuietSince } from '../db/quiet-days.ts';
import { findSubscriber } from '../db/subscribers.ts';
import { listTopics } from '../db/topics.ts';
import type { RankedPaper } from '../domain/digest.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import type { Tokens } from '../domain/tokens.ts';
import type { Topic } from '../domain/topics.ts';
import { noteFor } from '../mail/note-words.ts';
import { readNoteFacts } from './support/note-facts.ts';

/** A reader's copy of a digest. */
export interface DeliveredDigest {
  digest: DigestSummary;
  reader: Subscriber;
  papers: { paper: RankedPaper; reason: string; isDarkHorse: boolean }[];
  topics: Topic[];
  /** What the mail explains at its top; empty when nothing. */
  note: string;
}

export interface ViewDeps {
  db: Db;
  tokens: Tokens;
  /** Of the sources. */
  usableAfterDays: readonly (0 | 1)[];
}

/** A reader's own digest, as it was or will be mailed; null when the token is nobody's or the papers are
 *  not chosen yet. */
export async function viewDelivery(
  { db, tokens, usableAfterDays }: ViewDeps,
  token: string,
): Promise<DeliveredDigest | null> {
  const subject = tokens.open(token);
  if (subject === null || subject.digestId === 0) return null;
  const delivery = await findDelivery(db, subject.digestId, subject.subscriberId);
  if (!delivery?.selection || delivery.selection.length === 0) return null;
  const reader = await findSubscriber(db, subject.subscriberId);
  const digest = await findDigestById(db, subject.digestId);
  if (!reader || !digest) return null;
  const ranked = await listDigestPapers(db, digest.id);
  const byRank = new Map(ranked.map((paper) => [paper.rank, paper]));
  const papers = delivery.selection.flatMap(({ rank, reason, isDarkHorse = false }) => {
    const paper = byRank.get(rank);
    return paper ? [{ paper, reason, isDarkHorse }] : [];
  });
  const facts = { digest, papers: ranked, ...(await readNoteFacts(db, digest, usableAfterDays)) };
  const quietSince = await findQuietSince(db, subject);
  const note = noteFor(facts, { preferences: reader, quietSince });
  return { digest, reader, papers, topics: await listTopics(db), note };
}
