/** A process of the program, as the scheduler knows it. */
export interface Owner {
  name: string;
  isAlive: boolean;
  /** Until then it gets no event: it is suspended. */
  frozenUntilMs: number;
  /** How far its wall clock is ahead, in ms. */
  clockOffsetMs: number;
}

interface Event {
  atMs: number;
  order: number;
  owner: Owner | null;
  run: () => void;
  isCancelled: boolean;
}

/** Runs events one after the other, in virtual time. Between two of them every continuation runs
 *  that is ready. */
export interface Scheduler {
  /** Virtual time since the start, in ms. */
  nowMs(): number;
  /** Number of events that ran. */
  steps(): number;
  /** Runs `run` after a delay, unless its owner has died by then. Returns a function that cancels
   *  it. */
  after(delayMs: number, owner: Owner | null, run: () => void): () => void;
  /** The owner whose event runs now. */
  current(): Owner | null;
  /** Runs events until `isDone` returns true, none is left, or it is `untilMs`. */
  run(options: {
    untilMs: () => number;
    isDone: () => boolean;
    afterStep: () => void;
  }): Promise<void>;
}

/** Events between two turns of the real event loop. */
const EVENTS_PER_TURN = 64;

export function createScheduler(): Scheduler {
  const heap: Event[] = [];
  let nowMs = 0;
  let order = 0;
  let steps = 0;
  let current: Owner | null = null;
  const realSetImmediate = setImmediate;

  const after: Scheduler['after'] = (delayMs, owner, run) => {
    order += 1;
    const event: Event = {
      atMs: nowMs + Math.max(0, delayMs),
      order,
      owner,
      run,
      isCancelled: false,
    };
    push(heap, event);
    return () => {
      event.isCancelled = true;
    };
  };

  /** @returns false when there is nothing to run until then. */
  const runNext = (untilMs: number): boolean => {
    for (;;) {
      const event = heap[0];
      if (!event || event.atMs > untilMs) return false;
      pop(heap);
      const { owner, run, atMs } = event;
      if (event.isCancelled || (owner !== null && !owner.isAlive)) continue;
      if (owner !== null && owner.frozenUntilMs > atMs) {
        push(heap, { ...event, atMs: owner.frozenUntilMs });
        continue;
      }
      nowMs = atMs;
      steps += 1;
      current = owner;
      run();
      return true;
    }
  };

  return {
    nowMs: () => nowMs,
    steps: () => steps,
    after,
    current: () => current,
    run: ({ untilMs, isDone, afterStep }) =>
      new Promise((resolve, reject) => {
        let isEnded = false;
        let left = 0;
        // Node runs what is ready after each of several immediates, so that a turn of the event
        // loop, which costs more than an event, serves many of them.
        const step = () => {
          left -= 1;
          if (isEnded) return;
          try {
            if (steps > 0) afterStep();
            if (isDone() || !runNext(untilMs())) {
              isEnded = true;
              current = null;
              return resolve();
            }
          } catch (error) {
            isEnded = true;
            return reject(error);
          }
          if (left === 0) startTurn();
        };
        const startTurn = () => {
          left = EVENTS_PER_TURN;
          for (let at = 0; at < EVENTS_PER_TURN; at += 1) realSetImmediate(step);
        };
        startTurn();
      }),
  };
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Event;
    if (!isBefore(event, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop() as Event;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event))
      child += 1;
    if (!isBefore(heap[child] as Event, last)) break;
    heap[at] = heap[child] as Event;
    at = child;
  }
  heap[at] = last;
}
