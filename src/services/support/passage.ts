/** What became of the deliveries of a batch; those that were not tried stay claimed. */
export interface Passage {
  sent: number;
  /** Not to be sent before, since their domains asked for patience. */
  putOff: { subscriberId: number; nextAt: Date }[];
}

/** Deliveries on their way through the window. */
export interface Sending {
  /** Resolves when none of them waits for its turn any more, but for those that their domains hold
   *  back: there is room for others. */
  begun: Promise<void>;
  /** Resolves when what became of each is recorded. Rejects when nothing more can be recorded. */
  ended: Promise<Passage>;
}

/** The deliveries of one batch in the window. */
export interface Group extends Passage {
  /** In the waiting list for want of room. */
  waiting: number;
  /** Not yet recorded. */
  left: number;
  onBegun: () => void;
  resolve: (passage: Passage) => void;
  reject: (error: unknown) => void;
}

/** A group of `count` deliveries, and what its sender waits for. */
export function openGroup(count: number): Sending & { group: Group } {
  const group: Group = {
    waiting: count,
    left: count,
    sent: 0,
    putOff: [],
    onBegun: () => undefined,
    resolve: () => undefined,
    reject: () => undefined,
  };
  const begun = new Promise<void>((resolve) => {
    group.onBegun = resolve;
    if (count === 0) resolve();
  });
  const ended = new Promise<Passage>((resolve, reject) => {
    group.resolve = resolve;
    group.reject = reject;
    if (count === 0) resolve({ sent: 0, putOff: [] });
  });
  return { group, begun, ended };
}

/** One of the group has its turn, is let go before, or is held back by its domain; counts once. */
export function noteBegun(one: { group: Group; hasBegun: boolean }): void {
  if (one.hasBegun) return;
  one.hasBegun = true;
  const { group } = one;
  group.waiting -= 1;
  if (group.waiting === 0) group.onBegun();
}

/** What became of one of the group is recorded. */
export function leave(group: Group): void {
  group.left -= 1;
  if (group.left === 0) group.resolve({ sent: group.sent, putOff: group.putOff });
}
