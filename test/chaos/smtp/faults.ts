/**
 * A stage of an SMTP session. At `dot` the message is complete. At `accepted` it is recorded but
 * not yet answered. At `replied` the reply was written.
 */
export type SmtpStage =
  | 'greeting'
  | 'EHLO'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'body'
  | 'dot'
  | 'accepted'
  | 'replied';

export interface SmtpFaultPoint {
  stage: SmtpStage;
  /** The listener of the connection: each worker has its own. */
  listenerIndex: number;
  /** Known from RCPT on. */
  recipient: string | null;
}

/** What the server does instead of its normal reply. */
export type SmtpFault =
  /** Sends this reply. After 421 it closes the connection (RFC 5321 §3.8). */
  | { reply: string }
  | { drop: true }
  /** Sends the normal reply, then closes: with `now` before the client can send more. */
  | { thenDrop: 'now' | 'gently' }
  /** Sends the normal reply when the promise resolves. */
  | { wait: Promise<unknown> }
  /** Sends the normal reply byte by byte. */
  | { everyMs: number };

/**
 * Called at each stage. It may also act itself, such as kill a worker, before the server goes on.
 */
export type SmtpFaultInjector = (point: SmtpFaultPoint) => SmtpFault | null | undefined;
