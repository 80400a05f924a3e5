import { describe, expect, it } from 'vitest';
import { isTimeoutError, waitUntil } from './waits.ts';

describe('Waits of the chaos scenarios', () => {
  it('A wait that takes too long fails with an error that names what did not happen', async () => {
    const error = await waitUntil('it rained', () => false, { timeoutMs: 20, intervalMs: 1 }).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).toContain('it rained');
    expect(isTimeoutError(error)).toBe(true);
  });

  it('A wait goes on for as long as there is progress', async () => {
    let count = 0;
    const isDone = () => {
      count += 1;
      return count === 200;
    };
    const options = { timeoutMs: 60, intervalMs: 1, progress: () => count };
    await expect(waitUntil('it ended', isDone, options)).resolves.toBeUndefined();
  });

  it('An error of the condition is not mistaken for a wait that took too long', async () => {
    const error = await waitUntil('it worked', () => Promise.reject(new Error('no table'))).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).toContain('no table');
    expect(isTimeoutError(error)).toBe(false);
  });
});
