import { PaperboyError } from '../domain/errors.ts';
import type { InboxEntry } from './mail-folder.ts';

export interface WaitOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** Tells those who wait for a message that it has come. */
export interface MailEvents {
  arrived(entry: InboxEntry): void;
  /** The first of `present` that fits, or else the first that arrives. */
  waitFor(
    present: readonly InboxEntry[],
    predicate: (entry: InboxEntry) => boolean,
    options: WaitOptions,
  ): Promise<InboxEntry>;
  /** Rejects all who still wait. */
  close(): void;
}

/** Tells who waits for a mail that one has come. */
export function mailEvents(): MailEvents {
  const waiting = new Set<(entry: InboxEntry) => void>();
  const closing = new AbortController();

  return {
    arrived(entry) {
      for (const offer of [...waiting]) offer(entry);
    },
    waitFor(present, predicate, options) {
      const giveUp = giveUpSignal(closing.signal, options);
      return new Promise((resolve, reject) => {
        const settle = (end: () => void) => {
          waiting.delete(offer);
          giveUp.removeEventListener('abort', onGiveUp);
          end();
        };
        const onGiveUp = () => settle(() => reject(reasonOf(giveUp, options)));
        const offer = (entry: InboxEntry) => {
          try {
            if (predicate(entry)) settle(() => resolve(entry));
          } catch (error) {
            settle(() => reject(error));
          }
        };
        if (giveUp.aborted) return onGiveUp();
        giveUp.addEventListener('abort', onGiveUp);
        waiting.add(offer);
        for (const entry of present) if (waiting.has(offer)) offer(entry);
      });
    },
    close() {
      closing.abort(new PaperboyError('INBOX_CLOSED', 'The local inbox was closed.'));
    },
  };
}

function giveUpSignal(closing: AbortSignal, { signal, timeoutMs }: WaitOptions): AbortSignal {
  const signals = [closing];
  if (signal) signals.push(signal);
  if (timeoutMs !== undefined) signals.push(AbortSignal.timeout(timeoutMs));
  return AbortSignal.any(signals);
}

function reasonOf({ reason }: AbortSignal, { signal, timeoutMs }: WaitOptions): unknown {
  if (reason instanceof PaperboyError || signal?.reason === reason) return reason;
  return new PaperboyError(
    'INBOX_TIMEOUT',
    `The mail that was waited for did not reach the local inbox within ${timeoutMs} ms.`,
  );
}
