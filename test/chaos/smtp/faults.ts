/** Where in a session the sink stands. At `dot` the message has wholly come; at `accepted` it is
 *  noted but not answered; at `replied` the answer was written. */
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
  /** Which of the sink's doors: each worker has its own. */
  listenerIndex: number;
  /** From RCPT on. */
  recipient: string | null;
}

/** What the sink does instead of going on. */
export type SmtpFault =
  /** Answers so; with 421 it closes too (RFC 5321 §3.8). */
  | { reply: string }
  | { drop: true }
  /** Gives its proper answer, then closes: with `now`, before the client can send more. */
  | { thenDrop: 'now' | 'gently' }
  /** Gives its proper answer when the promise resolves. */
  | { wait: Promise<unknown> }
  /** Gives its proper answer byte by byte. */
  | { everyMs: number };

/** Asked at each moment. What it does itself, such as killing a worker, is done before the sink goes on. */
export type SmtpFaultInjector = (moment: SmtpFaultPoint) => SmtpFault | null | undefined;
