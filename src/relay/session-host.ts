import type { SmtpReply } from '../domain/smtp-reply.ts';
import type { Job } from './job.ts';

/** One connection to a relay, which carries one message after the other. */
export interface Session {
  /** Takes a message; only while at rest. */
  send(job: Job): void;
  /** Counts a second. */
  tick(): void;
  /** Says goodbye; only while at rest. */
  quit(): void;
  /** Ends at once: what is behind its dot is unknown, the rest unsent. */
  end(problem: string): void;
}

/** The pool, as its sessions see it. */
export interface SessionHost {
  /** The relay let us in; the session takes messages next. */
  onOpen(session: Session): void;
  /** A message for a session that is free, or for one that may send its commands `ahead`, behind the
   *  dot of another message. */
  take(ahead: boolean): Job | null;
  /** Nothing was there to take. */
  onRest(session: Session): void;
  /** It has rested for long enough. */
  onIdle(session: Session): void;
  onReply(job: Job, reply: SmtpReply): void;
  /** No dot was sent. `isStale`: the connection was in use before, and may have been dead already. */
  onUnsent(job: Job, problem: string, isStale: boolean): void;
  onUnknown(job: Job, problem: string): void;
  /** The last call. `isTurnedAway`: the relay ended it by 421 and had not taken a single message. */
  onEnd(session: Session, problem: string, isTurnedAway: boolean): void;
}
