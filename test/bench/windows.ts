import { setTimeout as pause } from 'node:timers/promises';
import type { SmtpSource } from './baseline.ts';

/** Speeds of two windows, one right after the other, in messages per second. */
export interface WindowPair {
  own: number;
  source: number;
}

export interface Windows {
  pairs: WindowPair[];
  /** How long Paperboy was stopped for the windows of smtp-source, in ms. */
  stoppedMs: number;
}

/** What the windows of smtp-source send, and when they end. */
export interface WindowSettings {
  source: SmtpSource;
  /** Mean bytes that the sink reads per message. */
  messageBytes: number;
  /** Messages of a window of smtp-source. */
  sourceMessages: number;
  /** Messages that the digest sends in total, about. */
  expectedMessages: number;
}

/** Length of a window of Paperboy, in ms. */
const WINDOW_MS = 2000;
/** Connections and caches are at work again after this time, in ms. */
const SETTLE_MS = 200;
/** At the end of a digest fewer messages are in flight: windows end before it. */
const LAST_SHARE = 0.95;

/**
 * Alternates windows of Paperboy and of smtp-source on the same sink while a digest is sent. The
 * processes are stopped (SIGSTOP) during the windows of smtp-source. What else runs on the machine
 * slows both down, so the quotient of a pair hardly notices it.
 *
 * Returns when `isSending` turns false or the digest nears its end; the processes run then.
 */
export async function alternateWindows(
  { source, messageBytes, sourceMessages, expectedMessages }: WindowSettings,
  {
    signalAll,
    readBytes,
    isSending,
    wait = pause,
  }: {
    signalAll: (signal: 'SIGSTOP' | 'SIGCONT') => void;
    /** Bytes that the sink has read since the start of the digest. */
    readBytes: () => number;
    isSending: () => boolean;
    wait?: (ms: number) => Promise<unknown>;
  },
): Promise<Windows> {
  const pairs: WindowPair[] = [];
  let stoppedMs = 0;
  const isNearEnd = () => readBytes() > messageBytes * expectedMessages * LAST_SHARE;
  while (isSending() && readBytes() === 0) await wait(10);
  for (;;) {
    await wait(SETTLE_MS);
    const bytes = readBytes();
    const startedAt = performance.now();
    await wait(WINDOW_MS);
    const seconds = (performance.now() - startedAt) / 1000;
    const own = (readBytes() - bytes) / messageBytes / seconds;
    if (!isSending() || isNearEnd()) return { pairs, stoppedMs };
    const stoppedAt = performance.now();
    signalAll('SIGSTOP');
    try {
      await waitForQuiet(readBytes, wait);
      pairs.push({ own, source: await source(sourceMessages, messageBytes) });
    } finally {
      signalAll('SIGCONT');
      stoppedMs += performance.now() - stoppedAt;
    }
  }
}

/** The sink still reads what the stopped processes have written. */
async function waitForQuiet(
  readBytes: () => number,
  wait: (ms: number) => Promise<unknown>,
): Promise<void> {
  for (let before = -1; before !== readBytes(); ) {
    before = readBytes();
    await wait(20);
  }
}
