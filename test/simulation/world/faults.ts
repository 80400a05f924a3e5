import type { Action, RelayFault, RelayStep } from './plan.ts';
import type { Random } from './random.ts';

type FaultOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** The faults of a plan that hit the next request of a process. */
export interface Faults {
  add(action: FaultOf<'database' | 'relay' | 'queue'>): void;
  /** The fault of a statement that a process sends now, if any. */
  takeDatabase(process: string, statement: string): FaultOf<'database'> | null;
  takeRelay(process: string, step: RelayStep): RelayFault | null;
  /** Until `untilMs`, the fault hits a share of all mails. */
  startRelayTrouble(trouble: FaultOf<'relay-trouble'>, untilMs: number): void;
  takeQueue(): FaultOf<'queue'> | null;
  /** Drops what has hit nothing. */
  clear(): void;
}

export function createFaults({
  nowMs,
  random,
  onHit,
}: {
  nowMs: () => number;
  random: Random;
  /** Called when a fault hits. */
  onHit: (fault: Action) => void;
}): Faults {
  const database: (FaultOf<'database'> & { left: number })[] = [];
  const relay: FaultOf<'relay'>[] = [];
  const queue: FaultOf<'queue'>[] = [];
  let troubles: { trouble: FaultOf<'relay-trouble'>; untilMs: number }[] = [];
  return {
    add: (action) => {
      if (action.kind === 'database') database.push({ ...action, left: action.after });
      else if (action.kind === 'relay') relay.push(action);
      else queue.push(action);
    },
    takeDatabase: (process, statement) => {
      for (const [at, fault] of database.entries()) {
        if (fault.process !== process || !statement.includes(fault.hits ?? '')) continue;
        fault.left -= 1;
        if (fault.left >= 0) continue;
        database.splice(at, 1);
        onHit(fault);
        return fault;
      }
      return null;
    },
    takeRelay: (process, step) => {
      if (relay.length === 0 && troubles.length === 0) return null;
      const at = relay.findIndex((fault) => fault.process === process && fault.step === step);
      const [single] = at === -1 ? [] : relay.splice(at, 1);
      if (single) {
        onHit(single);
        return single;
      }
      troubles = troubles.filter(({ untilMs }) => untilMs > nowMs());
      const hit =
        troubles.find(({ trouble }) => trouble.step === step && random.chance(trouble.share))
          ?.trouble ?? null;
      if (hit) onHit(hit);
      return hit;
    },
    startRelayTrouble: (trouble, untilMs) => void troubles.push({ trouble, untilMs }),
    takeQueue: () => queue.shift() ?? null,
    clear: () => {
      database.length = 0;
      relay.length = 0;
      queue.length = 0;
      troubles = [];
    },
  };
}
