import { PaperboyError } from '../domain/errors.ts';
import type { StoredMessage } from './message-store.ts';

export interface WaitOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** Lets callers wait for a message. */
interface MailEvents {
  notifyArrival(entry: StoredMessage): void;
  /** The first of `existing` that matches, or the first matching one to arrive. */
  waitFor(
    existing: readonly StoredMessage[],
    predicate: (entry: StoredMessage) => boolean,
    options: WaitOptions,
  ): Promise<StoredMessage>;
  /** Rejects all who are waiting. */
  close(): void;
}

export function createMailEvents(): MailEvents {
  const waiting = new Set<(entry: StoredMessage) => void>();
  const closing = new AbortController();

  return {
    notifyArrival(entry) {
      for (const notifyWaiter of [...waiting]) notifyWaiter(entry);
    },
    waitFor(existing, predicate, options) {
      const abortSignal = createAbortSignal(closing.signal, options);
      return new Promise((resolve, reject) => {
        const finish = (end: () => void) => {
          waiting.delete(notifyWaiter);
          abortSignal.removeEventListener('abort', onAbort);
          end();
        };
        const onAbort = () => finish(() => reject(createAbortError(abortSignal, options)));
        const notifyWaiter = (entry: StoredMessage) => {
          try {
            if (predicate(entry)) finish(() => resolve(entry));
          } catch (error) {
            finish(() => reject(error));
          }
        };
        if (abortSignal.aborted) return onAbort();
        abortSignal.addEventListener('abort', onAbort);
        waiting.add(notifyWaiter);
        for (const entry of existing) if (waiting.has(notifyWaiter)) notifyWaiter(entry);
      });
    },
    close() {
      closing.abort(new PaperboyError('INBOX_CLOSED', 'The local inbox was closed.'));
    },
  };
}

function createAbortSignal(closing: AbortSignal, { signal, timeoutMs }: WaitOptions): AbortSignal {
  const signals = [closing];
  if (signal) signals.push(signal);
  if (timeoutMs !== undefined) signals.push(AbortSignal.timeout(timeoutMs));
  return AbortSignal.any(signals);
}

function createAbortError({ reason }: AbortSignal, { signal, timeoutMs }: WaitOptions): unknown {
  if (reason instanceof PaperboyError || signal?.reason === reason) return reason;
  return new PaperboyError(
    'INBOX_TIMEOUT',
    `No matching mail reached the local inbox within ${timeoutMs} ms.`,
  );
}
