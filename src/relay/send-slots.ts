import { createFifo } from './pool/fifo.ts';
import type { SessionPool } from './pool/session-pool.ts';

/** Room for one message on a connection that is open, with its permit of the rate limit. */
export interface SendSlot {
  /** Index of its relay. */
  relayIndex: number;
}

/** Gets the slots that were asked for, in one or several calls. `refused` of them will not come,
 *  because no relay is available. */
export type SlotListener = (slots: readonly SendSlot[], refused: number) => void;

/** The slots of all relays. */
interface SendSlots {
  request(count: number, listener: SlotListener): void;
  /** Gives back a slot that was not used. */
  release(slot: SendSlot): void;
  /** The relay has granted `count` slots; each still needs its permit. */
  onGrant(relayIndex: number, count: number): void;
  /** The relay went down: what was requested of it is requested of the next one. */
  onDown(relayIndex: number): void;
  /** Refuses everything that is requested, now and later. */
  close(): void;
}

interface SlotRequest {
  count: number;
  listener: SlotListener;
}

/** Requests slots of the first available relay, first come, first served, and acquires a permit for
 *  each. `acquirePermit` is null without a rate limit. */
export function createSendSlots({
  pools,
  acquirePermit,
}: {
  pools: readonly SessionPool[];
  acquirePermit: ((relay: string) => Promise<void>) | null;
}): SendSlots {
  const requestsByPool = pools.map(() => createFifo<SlotRequest>());
  let isClosed = false;

  const request = (count: number, listener: SlotListener) => {
    const relayIndex = isClosed ? -1 : pools.findIndex((pool) => pool.isAvailable());
    if (relayIndex === -1) return listener([], count);
    requestsByPool[relayIndex]?.push({ count, listener });
    pools[relayIndex]?.wantSlots(count);
  };

  /** Calls `give` for the requests that `count` granted slots belong to. */
  const distribute = (
    relayIndex: number,
    count: number,
    give: (count: number, listener: SlotListener) => void,
  ) => {
    const requests = requestsByPool[relayIndex];
    let left = count;
    for (let first = requests?.peek(); first && left > 0; first = requests?.peek()) {
      const given = Math.min(left, first.count);
      left -= given;
      first.count -= given;
      if (first.count === 0) requests?.shift();
      give(given, first.listener);
    }
    for (; left > 0; left -= 1) pools[relayIndex]?.releaseSlot();
  };

  const giveWhenPermitted = async (relayIndex: number, listener: SlotListener, name: string) => {
    try {
      await acquirePermit?.(name);
    } catch {
      pools[relayIndex]?.releaseSlot();
      return listener([], 1);
    }
    if (!isClosed && pools[relayIndex]?.isAvailable()) return listener([{ relayIndex }], 0);
    pools[relayIndex]?.releaseSlot();
    request(1, listener);
  };

  const refuseAll = (relayIndex: number, refuse: (request: SlotRequest) => void) => {
    for (const each of requestsByPool[relayIndex]?.drain() ?? []) refuse(each);
  };

  return {
    request,
    release: ({ relayIndex }) => pools[relayIndex]?.releaseSlot(),
    onGrant: (relayIndex, count) =>
      distribute(relayIndex, count, (given, listener) => {
        const name = pools[relayIndex]?.name ?? '';
        if (acquirePermit === null)
          return listener(
            Array.from({ length: given }, () => ({ relayIndex })),
            0,
          );
        for (let slot = 0; slot < given; slot += 1)
          void giveWhenPermitted(relayIndex, listener, name);
      }),
    onDown: (relayIndex) =>
      refuseAll(relayIndex, ({ count, listener }) => request(count, listener)),
    close: () => {
      isClosed = true;
      pools.forEach((_pool, relayIndex) => {
        refuseAll(relayIndex, ({ count, listener }) => listener([], count));
      });
    },
  };
}
