import {
  type CircuitState,
  CLOSED_CIRCUIT,
  recordConnectionFailure,
  recordConnectionSuccess,
  startProbe,
} from '../domain/smtp/circuit-breaker.ts';
import { TICK_MS } from './stages.ts';

/** Whether one relay is available, judged by its connections. */
interface RelayHealth {
  /** Whether messages are accepted; while not, `describeProblem` says why. */
  isAvailable(): boolean;
  describeProblem(): string;
  /** A handshake finished. */
  onOpen(): void;
  /** The relay accepted a message, or kept an idle connection open. */
  onSuccess(): void;
  /** No connection works. Returns whether the relay is down from now on. */
  onFailure(why: string): boolean;
  /** To be called once a second. Returns whether one connection is to probe the relay now. */
  tick(mayProbe: boolean): boolean;
}

/** The circuit breaker of a relay. `random` is 0 to 1 and spreads probes. */
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
    return `The relay ${name} is down: ${problem} It is tried again in ${Math.max(1, Math.ceil(wait))} s.`;
  };

  return {
    isAvailable: () => circuit.state === 'closed',
    describeProblem: describe,
    onOpen: () => {
      const wasAvailable = circuit.state === 'closed';
      circuit = recordConnectionSuccess(circuit);
      if (!wasAvailable) onChange(true, `The relay ${name} is up again.`);
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
