import type { Db } from '../db/client.ts';
import { endLeases, LEASE_SECONDS, openLease, renewLease } from '../db/leases.ts';
import type { Clock } from '../domain/clock.ts';

/** The lease of this worker process, under which it claims deliveries. */
export interface Lease {
  /** The id to claim under now. A lease that ended meanwhile is replaced by a new one. */
  current(): Promise<number>;
  /** Gives it back: what is still claimed is pending again. */
  end(): Promise<void>;
}

/** A third of the lease: two renewals may fail before it ends. */
const RENEW_EVERY_MS = (LEASE_SECONDS * 1000) / 3;

/** Opens a lease and renews it until `end`. */
export async function keepLease(
  { db, clock }: { db: Db; clock: Clock },
  holder: string,
  onError: (error: Error) => void,
): Promise<Lease> {
  let id = await openLease(db, holder);
  const renew = async () => {
    if (!(await renewLease(db, id))) id = await openLease(db, holder);
  };
  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing.then(renew).catch(onError);
  }, RENEW_EVERY_MS);
  timer.unref();
  return {
    current: async () => {
      await renewing;
      return id;
    },
    end: async () => {
      clearInterval(timer);
      await renewing;
      await db.transaction((tx) => endLeases(tx, { id }, clock()));
    },
  };
}
