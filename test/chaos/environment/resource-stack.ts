/** What runs and must be closed, such as a stage or a server. */
export interface AsyncClosable {
  close(): Promise<void>;
}

/** Closes what a run opened, each thing once, however the run ends. */
export interface ResourceStack {
  /** @throws Error once `closeAll` was called: nothing new is opened then. */
  open<Thing extends AsyncClosable>(opening: () => Promise<Thing>): Promise<Thing>;
  /** Closes it, or waits until it is closed. */
  close(thing: AsyncClosable): Promise<void>;
  /** Closes all, also what is still being opened; what was opened last goes first. */
  closeAll(): Promise<void>;
  /** Whether `closeAll` was called. */
  isClosed(): boolean;
}

export function createResourceStack(): ResourceStack {
  const opened = new Set<Promise<AsyncClosable>>();
  const closed = new Map<AsyncClosable, Promise<void>>();
  let isOver = false;
  const close = (thing: AsyncClosable) => {
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
    isClosed: () => isOver,
    closeAll: async () => {
      isOver = true;
      for (const thing of [...opened].reverse()) {
        const there = await thing.catch(() => null);
        if (there) await close(there);
      }
    },
  };
}
