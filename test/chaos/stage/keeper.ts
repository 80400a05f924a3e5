/** What runs and must be closed, such as a stage or a server. */
export interface Closable {
  close(): Promise<void>;
}

/** Closes what a run opened, each thing once, however the run ends. */
export interface Keeper {
  /** @throws Error once `closeAll` was called: nothing new is opened then. */
  open<Thing extends Closable>(opening: () => Promise<Thing>): Promise<Thing>;
  /** Closes it, or waits until it is closed. */
  close(thing: Closable): Promise<void>;
  /** Closes all, also what is still being opened; what was opened last goes first. */
  closeAll(): Promise<void>;
  /** Whether `closeAll` was called. */
  isOver(): boolean;
}

export function createKeeper(): Keeper {
  const opened = new Set<Promise<Closable>>();
  const closed = new Map<Closable, Promise<void>>();
  let isOver = false;
  const close = (thing: Closable) => {
    const before = closed.get(thing);
    if (before) return before;
    const closing = thing.close();
    closed.set(thing, closing);
    return closing;
  };
  return {
    open: async (opening) => {
      if (isOver) throw new Error('The run is over.');
      const thing = opening();
      opened.add(thing);
      return thing;
    },
    close,
    isOver: () => isOver,
    closeAll: async () => {
      isOver = true;
      for (const thing of [...opened].reverse()) {
        const there = await thing.catch(() => null);
        if (there) await close(there);
      }
    },
  };
}
