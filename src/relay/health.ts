import { afterFailure, afterOpening, type Circuit, CLOSED, probe } from '../domain/circuit.ts';
import { TICK_MS } from './stages.ts';

/** Whether one relay is in order, as its connections fare. */
export interface Health {
  /** Whether messages are taken; while not, `problem` says why. */
  isInOrder(): boolean;
  problem(): string;
  /** A connection was let in. */
  onOpen(): void;
  /** It took a message, or bore with a connection that had none for it. */
  onGood(): void;
  /** No connection works. Returns whether that put the relay out of order. */
  onFailed(why: string): boolean;
  /** Counts a second. Returns whether one connection is to find out now whether the relay is back. */
  tick(mayProbe: boolean): boolean;
}

/** The circuit of a relay. `random` is 0 to 1 and spreads probes. */
export function createHealth({
  name,
  random,
  onChange,
}: {
  name: string;
  random: () => number;
  onChange: (isInOrder: boolean, sentence: string) => void;
}): Health {
  let circuit: Circuit = CLOSED;
  let seconds = 0;
  let problem = '';

  const describe = () => {
    const wait = circuit.state === 'open' ? circuit.probeAt / TICK_MS - seconds : 0;
    return `The relay ${name} is out of order: ${problem} It is tried again in ${Math.max(1, Math.ceil(wait))} s.`;
  };

  return {
    isInOrder: () => circuit.state === 'closed',
    problem: describe,
    onOpen: () => {
      const wasInOrder = circuit.state === 'closed';
      circuit = afterOpening(circuit);
      if (!wasInOrder) onChange(true, `The relay ${name} is back in order.`);
    },
    onGood: () => {
      if (circuit.state === 'closed') circuit = CLOSED;
    },
    onFailed: (why) => {
      const wasOpen = circuit.state === 'open';
      circuit = afterFailure(circuit, seconds * TICK_MS, random());
      if (circuit.state !== 'open' || wasOpen) return false;
      problem = why;
      return true;
    },
    tick: (mayProbe) => {
      seconds += 1;
      const probing = mayProbe ? probe(circuit, seconds * TICK_MS) : null;
      circuit = probing ?? circuit;
      return probing !== null;
    },
  };
}
