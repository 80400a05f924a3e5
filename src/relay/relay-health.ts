import {
  type CircuitState,
  CLOSED_CIRCUIT,
  recordConnectionFailure,
  recordConnectionSuccess,
  startProbe,
} from '../domain/smtp/circuit-breaker.ts';
import { TICK_MS } from './stages.ts';

/** Whether one relay is in order, as its connections fare. */
export interface RelayHealth {
  /** Whether messages are taken; while not, `problem` says why. */
  isAvailable(): boolean;
  describeProblem(): string;
  /** A connection was let in. */
  onOpen(): void;
  /** It took a message, or bore with a connection that had none for it. */
  onSuccess(): void;
  /** No connection works. Returns whether that put the relay out of order. */
  onFailure(why: string): boolean;
  /** Counts a second. Returns whether one connection is to find out now whether the relay is back. */
  tick(mayProbe: boolean): boolean;
}

/** The circuit of a relay. `random` is 0 to 1 and spreads probes. */
export function createRelayHealth({
  name,
  random,
  onChange,
}: {
  name: string;
  random: () => number;
  onChange: (isAvailable: boolean, sentence: string) => void;
}): RelayHealth {
  let circuit: CircuitState = CLOSED_CIRCUIT;
  let seconds = 0;
  let problem = '';

  const describe = () => {
    const wait = circuit.state === 'open' ? circuit.probeAt / TICK_MS - seconds : 0;
    return `The relay ${name} is out of order: ${problem} It is tried again in ${Math.max(1, Math.ceil(wait))} s.`;
  };

  return {
    isAvailable: () => circuit.state === 'closed',
    describeProblem: describe,
    onOpen: () => {
      const wasAvailable = circuit.state === 'closed';
      circuit = recordConnectionSuccess(circuit);
      if (!wasAvailable) onChange(true, `The relay ${name} is back in order.`);
    },
    onSuccess: () => {
      if (circuit.state === 'closed') circuit = CLOSED_CIRCUIT;
    },
    onFailure: (why) => {
      const wasOpen = circuit.state === 'open';
      circuit = recordConnectionFailure(circuit, seconds * TICK_MS, random());
      if (circuit.state !== 'open' || wasOpen) return false;
      problem = why;
      return true;
    },
    tick: (mayProbe) => {
      seconds += 1;
      const halfOpen = mayProbe ? startProbe(circuit, seconds * TICK_MS) : null;
      circuit = halfOpen ?? circuit;
      return halfOpen !== null;
    },
  };
}
