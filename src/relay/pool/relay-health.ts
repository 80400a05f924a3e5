import {
  type CircuitState,
  CLOSED_CIRCUIT,
  openCircuit,
  recordConnectionFailure,
  recordConnectionSuccess,
  startProbe,
} from '../../domain/smtp/circuit-breaker.ts';
import { TICK_MS } from '../session/stages.ts';

/** Whether one relay is available, judged by its connections: its circuit breaker. */
export interface RelayHealth {
  name: string;
  circuit: CircuitState;
  seconds: number;
  /** Why the relay is down. */
  problem: string;
  /** Messages since the last accepted one that were sent whole and never answered. */
  unanswered: number;
  isReportedDown: boolean;
}

/** What an event changed for those who send: `down` and `up` are to be reported. */
export type HealthChange = 'none' | 'down' | 'up';

/** Consecutive unanswered messages after which the relay is down. */
const MAX_UNANSWERED = 3;

/** The health of a relay that has not been connected to. */
export function createRelayHealth(name: string): RelayHealth {
  return {
    ...{ name, circuit: CLOSED_CIRCUIT, seconds: 0 },
    ...{ problem: '', unanswered: 0, isReportedDown: false },
  };
}

/** Whether messages are accepted. */
export function isHealthy({ circuit }: RelayHealth): boolean {
  return circuit.state === 'closed';
}

/** Whether the relay may only be sent one message at a time, until it accepts one: its last
 *  connections all broke off after the final dot, so each message may be lost or sent twice. */
export function isOnProbation({ unanswered }: RelayHealth): boolean {
  return unanswered >= MAX_UNANSWERED;
}

/** Why messages are not accepted, and when the relay is tried again. */
export function describeHealth({ name, circuit, seconds, problem }: RelayHealth): string {
  const wait = circuit.state === 'open' ? circuit.probeAt / TICK_MS - seconds : 0;
  return `The relay ${name} is down: ${problem} It is tried again in ${Math.max(1, Math.ceil(wait))} s.`;
}

/** A handshake has finished. */
export function noteOpened(health: RelayHealth): HealthChange {
  // A connection that was being opened when the circuit opened says nothing about the dot.
  if (isOnProbation(health) && health.circuit.state === 'open') return 'none';
  health.circuit = recordConnectionSuccess(health.circuit);
  return isOnProbation(health) ? 'none' : reportUp(health);
}

/** The relay kept an idle connection open. */
export function noteKeptOpen(health: RelayHealth): void {
  if (health.circuit.state === 'closed') health.circuit = CLOSED_CIRCUIT;
}

/** The relay accepted a message. */
export function noteAccepted(health: RelayHealth): HealthChange {
  health.unanswered = 0;
  if (health.circuit.state !== 'closed') return 'none';
  health.circuit = CLOSED_CIRCUIT;
  return reportUp(health);
}

/** A message was sent whole and never answered. `random` is 0 to 1 and spreads probes. */
export function noteUnanswered(health: RelayHealth, why: string, random: number): HealthChange {
  health.unanswered += 1;
  if (!isOnProbation(health)) return 'none';
  return goDown(health, openCircuit(health.circuit, health.seconds * TICK_MS, random), why);
}

/** A connection failed while no other works. `random` is 0 to 1 and spreads probes. */
export function noteFailed(health: RelayHealth, why: string, random: number): HealthChange {
  const next = recordConnectionFailure(health.circuit, health.seconds * TICK_MS, random);
  return goDown(health, next, why);
}

/** A second has passed. Returns whether one connection is to probe the relay now. */
export function tickHealth(health: RelayHealth, mayProbe: boolean): boolean {
  health.seconds += 1;
  const halfOpen = mayProbe ? startProbe(health.circuit, health.seconds * TICK_MS) : null;
  health.circuit = halfOpen ?? health.circuit;
  return halfOpen !== null;
}

function goDown(health: RelayHealth, next: CircuitState, why: string): HealthChange {
  const isNew = next.state === 'open' && health.circuit.state !== 'open';
  health.circuit = next;
  if (!isNew) return 'none';
  health.problem = why;
  health.isReportedDown = true;
  return 'down';
}

function reportUp(health: RelayHealth): HealthChange {
  if (!health.isReportedDown) return 'none';
  health.isReportedDown = false;
  return 'up';
}
