import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CircuitState,
  CLOSED_CIRCUIT,
  computeProbeDelayMs,
  recordConnectionFailure,
  startProbe,
} from '../../../src/domain/smtp/circuit-breaker.ts';

const HALF = 0.5;

function failed(times: number, now = 0): CircuitState {
  let circuit = CLOSED_CIRCUIT;
  for (let time = 0; time < times; time += 1) circuit = recordConnectionFailure(circuit, now, HALF);
  return circuit;
}

describe('A circuit breaker', () => {
  it('A circuit opens at the third consecutive failure', () => {
    expect(failed(1)).toEqual({ state: 'closed', failures: 1 });
    expect(failed(2)).toEqual({ state: 'closed', failures: 2 });
    expect(failed(3, 5000)).toEqual({ state: 'open', failures: 3, probeAt: 6000 });
  });

  it('A failure of a connection begun before the circuit opened changes nothing', () => {
    const open = failed(3);
    expect(recordConnectionFailure(open, 900, HALF)).toBe(open);
  });

  it('A circuit has one probe at its time, and stays open for longer when it fails', () => {
    const open = failed(3);
    expect(startProbe(open, 999)).toBeNull();
    const probing = startProbe(open, 1000);
    expect(probing).toEqual({ state: 'probing', failures: 3 });
    if (!probing) return;
    expect(startProbe(probing, 99_999)).toBeNull();
    expect(recordConnectionFailure(probing, 1000, HALF)).toEqual({
      state: 'open',
      failures: 4,
      probeAt: 3000,
    });
  });

  it('A closed circuit is not probed', () => {
    expect(startProbe(CLOSED_CIRCUIT, 1_000_000)).toBeNull();
  });
});

describe('The delay of a probe', () => {
  it('The delay of a probe doubles from 1 s to 60 s', () => {
    const delays = [3, 4, 5, 6, 7, 8, 9, 10, 1000].map((failures) =>
      computeProbeDelayMs(failures, HALF),
    );
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000));
  });

  it('The delay of a probe varies by ±20 %', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const [delay, middle] = [
          computeProbeDelayMs(failures, random),
          computeProbeDelayMs(failures, HALF),
        ];
        expect(Math.abs(delay - middle)).toBeLessThanOrEqual(0.2 * middle + 1);
      }),
    );
    expect(computeProbeDelayMs(3, 0)).toBe(800);
    expect(computeProbeDelayMs(3, 1)).toBe(1200);
  });
});
