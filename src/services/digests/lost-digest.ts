import { ALERT_COPY } from '../../copy/en/alerts.ts';
import type { Db } from '../../db/client.ts';
import { findDigestById } from '../../db/digests/digests.ts';
import { isUndefinedTable } from '../../db/transient.ts';
import { formatDigestAlertSubject } from '../../domain/alerts/alert.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Log } from '../monitoring/log.ts';
import type { DigestContexts } from './digest-context.ts';

interface LostDigestDeps {
  db: Db;
  /** Still holds a digest that was just sent, although the database does not. */
  digestContexts: DigestContexts;
  alerts: Pick<Alerts, 'raise'>;
  log: Log;
}

/** Whether a statement failed because the database does not know the digest: it was composed just
 *  before a failover, and the standby had not received it. */
export async function isDigestLost(db: Db, digestId: number, error: unknown): Promise<boolean> {
  return isUndefinedTable(error) && (await findDigestById(db, digestId)) === null;
}

/** Raises the alert about a lost digest, of which results are dropped. Never rejects. */
export async function reportLostDigest(
  { digestContexts, alerts, log }: LostDigestDeps,
  digestId: number,
  droppedResults: number,
): Promise<void> {
  const sentence = ALERT_COPY.digestLost;
  log('error', sentence, { digestId, droppedResults });
  try {
    const context = await digestContexts(digestId);
    if (context === null) return;
    const subject = formatDigestAlertSubject(context.digest);
    await alerts.raise({ kind: 'failover', subject, sentence });
  } catch (err) {
    log('warn', 'alert about a lost digest not raised', { digestId, err });
  }
}
