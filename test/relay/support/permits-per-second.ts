import {
  openSendRateLimiter,
  type RateLimitStore,
  type SendRateLimiter,
} from '../../../src/relay/send-rate-limiter.ts';

/**
 * Acquires permits in two workers at once. Returns how many each second had. A second ends, through
 * `pass`, once every worker that still needs permits waits for them.
 */
export async function countPermitsPerSecond(
  store: RateLimitStore,
  pass: (ms: number) => Promise<void>,
  permits: number,
) {
  const counts: number[] = [0];
  let working = 2;
  let asleep: (() => void)[] = [];
  const wakeUp = async (ms: number) => {
    if (working === 0 || asleep.length < working) return;
    const sleepers = asleep;
    asleep = [];
    await pass(ms);
    counts.push(0);
    for (const wake of sleepers) wake();
  };
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      asleep.push(resolve);
      void wakeUp(ms);
    });
  const onError = (error: Error) => {
    throw error;
  };
  const rates = [1, 2].map(() => openSendRateLimiter({ perSecond: 10, store, onError, sleep }));
  const takeAll = async (rate: SendRateLimiter) => {
    const take = async () => {
      await rate.acquire('relay.example.org:25');
      counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
    };
    await Promise.all(Array.from({ length: permits / 2 }, take));
    working -= 1;
    await wakeUp(1000);
  };
  try {
    await Promise.all(rates.map(takeAll));
  } finally {
    for (const rate of rates) rate.close();
  }
  return counts;
}
