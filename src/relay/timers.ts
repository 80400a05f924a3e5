/** The clock of a relay: tests pass their own. */
export interface Timers {
  /** Calls `run` every `ms` until the returned function is called. Does not keep the process
   *  alive. */
  every(ms: number, run: () => void): () => void;
  /** Calls `run` after `ms`, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
}

export const realTimers: Timers = {
  every: (ms, run) => {
    const timer = setInterval(run, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
