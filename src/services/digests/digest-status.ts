import type { Db } from '../../db/client.ts';
import { countDeliveries, type DeliveryCounts } from '../../db/deliveries/count-deliveries.ts';
import { listDelays } from '../../db/deliveries/delays.ts';
import { type DelaySummary, summariseDelays } from '../../domain/deliveries/delay-summary.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';

/** The delivery counts of a digest; the audience is the sum over all states. */
export interface DigestStatus extends DeliveryCounts {
  /** How late the first attempts were; null before the first. */
  delays: DelaySummary | null;
  digest: DigestSummary;
  audience: number;
  /** Time until all due deliveries are sent at the current rate; null at a rate of 0. */
  secondsLeft: number | null;
}

/** Counts the deliveries of a digest at `now`. */
export async function readDigestStatus(
  db: Db,
  digest: DigestSummary,
  now: Date,
): Promise<DigestStatus> {
  const counts = await countDeliveries(db, digest.id, now);
  const secondsLeft = estimateSecondsLeft(counts);
  const delays = summariseDelays(await listDelays(db, digest.id));
  return { digest, audience: digest.audience, ...counts, secondsLeft, delays };
}

function estimateSecondsLeft({ due, inProgress, ratePerSecond }: DeliveryCounts): number | null {
  const unsent = due + inProgress;
  if (unsent === 0) return 0;
  return ratePerSecond > 0 ? Math.ceil(unsent / ratePerSecond) : null;
}
