import { commandsFor } from './envelope.ts';
import type { Extensions } from './extensions.ts';
import { CALLED_BACK, type Job } from './job.ts';
import type { SessionHost } from './session-host.ts';

/** The next message for a session that is free, or for one that may send its commands `ahead`, behind the
 *  dot of another message. Null when there is none. */
export function takeNext(
  host: SessionHost,
  extensions: Extensions,
  { ahead }: { ahead: boolean },
): Job | null {
  let next = host.take(ahead);
  while (next && !isAcceptable(next, extensions, host)) next = host.take(ahead);
  return next;
}

/** Prepares a message for this relay; false when it came to nothing before the relay heard of it. */
export function isAcceptable(next: Job, extensions: Extensions, host: SessionHost): boolean {
  if (!next.mayGo()) {
    host.onUnsent(next, CALLED_BACK, false);
    return false;
  }
  const commands = commandsFor(next.message, extensions);
  if ('mail' in commands) {
    next.commands = commands;
    return true;
  }
  host.onReply(next, commands);
  return false;
}
