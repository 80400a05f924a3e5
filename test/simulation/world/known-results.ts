import type { Delivery } from './committed-rows.ts';
import type { Owner } from './scheduler.ts';

/** What the processes know of the mails that they sent. */
export interface KnownResults {
  /** An attempt has begun: what is known of earlier ones does not matter any more. */
  forget(key: string): void;
  /** The process got the reply to the dot of this delivery. */
  note(key: string, process: Pick<Owner, 'name' | 'isAlive'>): void;
  /** Describes a delivery that is unknown although a process that still runs has got its result,
   *  which it must record even if its lease has ended; null for none. */
  describeUnrecorded(deliveries: readonly Delivery[]): string | null;
}

export function createKnownResults(): KnownResults {
  const processes = new Map<string, Pick<Owner, 'name' | 'isAlive'>>();
  return {
    forget: (key) => void processes.delete(key),
    note: (key, process) => void processes.set(key, process),
    describeUnrecorded: (deliveries) => {
      for (const { key, state } of deliveries) {
        const process = processes.get(key);
        if (state === 'unknown' && process?.isAlive)
          return `${key} is unknown, although ${process.name}, which still runs, got the reply of the relay`;
      }
      return null;
    },
  };
}
