import type { Db } from '../../db/client.ts';
import { endTurn, type Turn, takeTurn } from '../../db/turns.ts';
import { politenessTo } from '../../domain/politeness.ts';
import { SourceError } from '../../domain/source-error.ts';

/** What a host answered, as far as it tells when it may be asked again. */
export interface TurnAnswer {
  /** It asked for patience. */
  isBusy: boolean;
  /** For how long; null when it did not say. */
  retryAfterMs: number | null;
}

/** Waits until a host may be asked; what it gives back ends the turn.
 *  @throws SourceError `SOURCE_BUSY` when that would take long. */
export type TakeTurn = (
  host: string,
  signal: AbortSignal,
) => Promise<(answer: TurnAnswer) => Promise<void>>;

export interface TurnDeps {
  db: Db;
  /** Lets time pass. @throws what `signal` is aborted with. */
  sleep: (durationMs: number, signal: AbortSignal) => Promise<unknown>;
}

/** How long one that died keeps others from a host, in ms: longer than any request takes. */
const HOLD_MS = 180_000;

/** How long a turn is waited for, in ms: after that the fetch had better be tried another time. */
const MOST_WAIT_MS = 60_000;

/** How often to look whether whoever asks a host now is done, in ms. */
const LOOK_MS = 500;

/** Turns at hosts, over all processes: one connection at a time, with the pauses that each wants. */
export function createTurns({ db, sleep }: TurnDeps): TakeTurn {
  return async (host, signal) => {
    const politeness = politenessTo(host);
    if (politeness === null) return async () => undefined;
    const { line, gapMs, leastPauseMs } = politeness;
    for (let waitedMs = 0; ; ) {
      signal.throwIfAborted();
      const turn = await takeTurn(db, line, HOLD_MS);
      if ('number' in turn) {
        return ({ isBusy, retryAfterMs }) =>
          endTurn(db, line, {
            number: turn.number,
            pauseMs: isBusy ? Math.max(retryAfterMs ?? 0, leastPauseMs) : gapMs,
          });
      }
      const waitMs = nextLookMs(turn);
      waitedMs += waitMs;
      if (waitedMs > MOST_WAIT_MS) throw busy(host, turn);
      await sleep(waitMs, signal);
    }
  };
}

function nextLookMs({ isHeld, waitMs }: Exclude<Turn, { number: number }>): number {
  return isHeld ? Math.min(LOOK_MS, waitMs) : Math.max(1, waitMs);
}

function busy(host: string, { waitMs, isHeld }: Exclude<Turn, { number: number }>): SourceError {
  const why = isHeld
    ? 'another request to it has not ended'
    : `it asked for patience, for ${Math.ceil(waitMs / 1000)} s more`;
  return new SourceError('SOURCE_BUSY', `${host} is not asked now: ${why}.`, {
    retryAfterMs: isHeld ? null : waitMs,
  });
}
