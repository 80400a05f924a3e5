/** Something that must be closed, such as an environment or a server. */
export interface AsyncClosable {
  close(): Promise<void>;
}

/** Closes each resource of a run exactly once, however the run ends. */
export interface ResourceStack {
  /** Opens a resource. @throws Error after `closeAll`. */
  open<Resource extends AsyncClosable>(open: () => Promise<Resource>): Promise<Resource>;
  /** Closes a resource, or waits until it is closed. */
  close(resource: AsyncClosable): Promise<void>;
  /** Closes all resources, the last one first, including one that is still being opened. */
  closeAll(): Promise<void>;
  /** Whether `closeAll` was called. */
  isClosed(): boolean;
}

export function createResourceStack(): ResourceStack {
  const resources = new Set<Promise<AsyncClosable>>();
  const closed = new Map<AsyncClosable, Promise<void>>();
  let isClosed = false;
  const close = (resource: AsyncClosable) => {
    const before = closed.get(resource);
    if (before) return before;
    const closing = resource.close();
    closed.set(resource, closing);
    return closing;
  };
  return {
    open: async (open) => {
      if (isClosed) throw new Error('The run has ended.');
      const resource = open();
      resources.add(resource);
      return resource;
    },
    close,
    isClosed: () => isClosed,
    closeAll: async () => {
      isClosed = true;
      for (const resource of [...resources].reverse()) {
        const opened = await resource.catch(() => null);
        if (opened) await close(opened);
      }
    },
  };
}
