import type { Action } from './plan.ts';

type FaultOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** The faults of a plan that hit the next request of a process. */
export interface Faults {
  add(action: FaultOf<'database' | 'relay' | 'queue'>): void;
  /** The fault of a statement that a process sends now, if any. */
  takeDatabase(process: string): FaultOf<'database'> | null;
  takeRelay(process: string): FaultOf<'relay'> | null;
  takeQueue(): FaultOf<'queue'> | null;
  /** Drops what has hit nothing. */
  clear(): void;
}

export function createFaults(): Faults {
  const database: (FaultOf<'database'> & { left: number })[] = [];
  const relay: FaultOf<'relay'>[] = [];
  const queue: FaultOf<'queue'>[] = [];
  return {
    add: (action) => {
      if (action.kind === 'database') database.push({ ...action, left: action.after });
      else if (action.kind === 'relay') relay.push(action);
      else queue.push(action);
    },
    takeDatabase: (process) => {
      for (const [at, fault] of database.entries()) {
        if (fault.process !== process) continue;
        fault.left -= 1;
        if (fault.left >= 0) continue;
        database.splice(at, 1);
        return fault;
      }
      return null;
    },
    takeRelay: (process) => {
      const at = relay.findIndex((fault) => fault.process === process);
      return at === -1 ? null : (relay.splice(at, 1)[0] ?? null);
    },
    takeQueue: () => queue.shift() ?? null,
    clear: () => {
      database.length = 0;
      relay.length = 0;
      queue.length = 0;
    },
  };
}
