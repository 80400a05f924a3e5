import {
  type CircuitState,
  CLOSED_CIRCUIT,
  openCircuit,
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
  /** The relay kept an idle connection open. */
  onSuccess(): void;
  /** The relay accepted a message. */
  onAccepted(): void;
  /** A message was sent whole and never answered. Returns whether the relay is down from now on. */
  onUnanswered(why: string): boolean;
  /** Whether the relay may only be sent one message at a time, until it accepts one: its last
   *  connections all broke off after the final dot, so each message may be lost or sent twice. */
  isOnProbation(): boolean;
  /** No connection works. Returns whether the relay is down from now on. */
  onFailure(why: string): boolean;
  /** To be called once a second. Returns whether one connection is to probe the relay now. */
  tick(mayProbe: boolean): boolean;
}

/** Consecutive unanswered messages after which the relay is down. */
const MAX_UNANSWERED = 3;

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
  let unanswered = 0;
  let isReportedDown = false;

  const describe = () => {
    const wait = circuit.state === 'open' ? circuit.probeAt / TICK_MS - seconds : 0;
    return `The relay ${name} is down: ${problem} It is tried again in ${Math.max(1, Math.ceil(wait))} s.`;
  };

  const isOnProbation = () => unanswered >= MAX_UNANSWERED;

  const goDown = (next: CircuitState, why: string): boolean => {
    const isNew = next.state === 'open' && circuit.state !== 'open';
    circuit = next;
    if (!isNew) return false;
    problem = why;
    isReportedDown = true;
    return true;
  };

  const reportUp = () => {
    if (!isReportedDown) return;
    isReportedDown = false;
    onChange(true, `The relay ${name} is up again.`);
  };

  return {
    isAvailable: () => circuit.state === 'closed',
    describeProblem: describe,
    onOpen: () => {
      // A connection that was being opened when the circuit opened says nothing about the dot.
      if (isOnProbation() && circuit.state === 'open') return;
      circuit = recordConnectionSuccess(circuit);
      if (!isOnProbation()) reportUp();
    },
    onSuccess: () => {
      if (circuit.state === 'closed') circuit = CLOSED_CIRCUIT;
    },
    onAccepted: () => {
      unanswered = 0;
      if (circuit.state !== 'closed') return;
      circuit = CLOSED_CIRCUIT;
      reportUp();
    },
    onUnanswered: (why) => {
      unanswered += 1;
      return isOnProbation() && goDown(openCircuit(circuit, seconds * TICK_MS, random()), why);
    },
    isOnProbation,
    onFailure: (why) => goDown(recordConnectionFailure(circuit, seconds * TICK_MS, random()), why),
    tick: (mayProbe) => {
      seconds += 1;
      const halfOpen = mayProbe ? startProbe(circuit, seconds * TICK_MS) : null;
      circuit = halfOpen ?? circuit;
      return halfOpen !== null;
    },
  };
}
