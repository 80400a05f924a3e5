import { TransactionRollbackError } from 'drizzle-orm';
import { addToAudience } from '../../db/deliveries/transitions/add.ts';
import type { DigestKind } from '../../domain/digests/digest.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { composeDigest } from './compose-digest.ts';
import { createDigestContexts, type DigestContextDeps } from './digest-context.ts';
import { type PreviewDeps, previewDigest } from './preview-digest.ts';

type PreviewDueDeps = DigestContextDeps & Omit<PreviewDeps, 'digestContexts'>;

/**
 * The message that the subscriber would be sent of a digest, which is composed in a transaction and
 * rolled back: nothing changes. One that was composed before is shown as it was. Null when there
 * are no papers.
 * @throws PaperboyError `NOTHING_TO_SEND` when none of the papers is for the subscriber.
 */
export async function previewDueDigest(
  deps: PreviewDueDeps,
  { kind, date, subscriber }: { kind: DigestKind; date: string; subscriber: Subscriber },
): Promise<Buffer | null> {
  // Read before the transaction: an embedded database has one connection.
  const idf = await deps.termStatistics();
  let message: Buffer | null = null;
  try {
    await deps.db.transaction(async (tx) => {
      const now = deps.clock();
      const { digest } = await composeDigest(tx, { kind, date, now });
      if (digest !== null) {
        await addToAudience(tx, digest, subscriber, now);
        const own = { ...deps, db: tx, termStatistics: async () => idf };
        const digestContexts = createDigestContexts(own);
        const as = { email: subscriber.email, asText: false };
        message = await previewDigest({ ...own, digestContexts }, digest, as);
      }
      tx.rollback();
    });
  } catch (error) {
    if (!(error instanceof TransactionRollbackError)) throw error;
  }
  return message;
}
