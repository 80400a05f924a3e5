import { MINUTE_MS } from '../time/units.ts';

/**
 * Whether a relay is used. `closed`: mail goes to it. `open`: nothing goes to it until `probeAt`.
 * `probing`: one connection checks whether it is up again. Times are in ms of any clock.
 */
export type CircuitState =
  | { state: 'closed'; failures: number }
  | { state: 'open'; failures: number; probeAt: number }
  | { state: 'probing'; failures: number };

/** The initial state: no failure so far. */
export const CLOSED_CIRCUIT: CircuitState = { state: 'closed', failures: 0 };

/** Consecutive failed connections after which the circuit opens. */
const MAX_CONSECUTIVE_FAILURES = 3;

const MIN_PROBE_DELAY_MS = 1_000;
const MAX_PROBE_DELAY_MS = MINUTE_MS;

/** The state after a failed connection. One that began before the circuit opened changes nothing.
 *  `random` is 0 to 1. */
export function recordConnectionFailure(
  circuit: CircuitState,
  now: number,
  random: number,
): CircuitState {
  const failures = circuit.failures + 1;
  if (circuit.state === 'open' || failures >= MAX_CONSECUTIVE_FAILURES)
    return openCircuit(circuit, now, random);
  return { state: 'closed', failures };
}

/** The state after a failure that shows at once that the relay must not be used. A circuit that is
 *  open stays as it is. */
export function openCircuit(circuit: CircuitState, now: number, random: number): CircuitState {
  if (circuit.state === 'open') return circuit;
  const failures = Math.max(circuit.failures + 1, MAX_CONSECUTIVE_FAILURES);
  return { state: 'open', failures, probeAt: now + computeProbeDelayMs(failures, random) };
}

/** The state after a successful connection: mail goes to the relay. Its failures are kept until it
 *  accepts a message; otherwise a relay that greets and then answers 421 to everything would be
 *  reconnected to without end. */
export function recordConnectionSuccess({ failures }: CircuitState): CircuitState {
  return { state: 'closed', failures };
}

/** The state in which one connection probes the relay, once the probe is due; null before. */
export function startProbe(circuit: CircuitState, now: number): CircuitState | null {
  if (circuit.state !== 'open' || now < circuit.probeAt) return null;
  return { state: 'probing', failures: circuit.failures };
}

/** Delay before the next probe, in ms: 1 s, doubling up to 60 s, each ±20 % so that many workers do
 *  not probe at the same moment. */
export function computeProbeDelayMs(failures: number, random: number): number {
  const delay = MIN_PROBE_DELAY_MS * 2 ** Math.max(0, failures - MAX_CONSECUTIVE_FAILURES);
  return Math.round(Math.min(delay, MAX_PROBE_DELAY_MS) * (0.8 + 0.4 * random));
}
