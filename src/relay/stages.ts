/** What a connection may be waiting for: how long in seconds, and how to name it to people. */
interface Stage {
  seconds: number;
  awaited: string;
}

/**
 * Times of RFC 5321 §4.5.3.2 where it names them; the rest are ours. Shorter ones after the dot would
 * leave messages unknown that a slow relay had already taken (RFC 1047).
 */
export const STAGES = {
  connect: { seconds: 30, awaited: 'the connection' },
  greeting: { seconds: 300, awaited: 'the greeting' },
  hello: { seconds: 300, awaited: 'the reply to EHLO' },
  startTls: { seconds: 120, awaited: 'the reply to STARTTLS' },
  tls: { seconds: 30, awaited: 'the TLS handshake' },
  auth: { seconds: 120, awaited: 'the reply to AUTH' },
  mail: { seconds: 300, awaited: 'the reply to MAIL FROM' },
  rcpt: { seconds: 300, awaited: 'the reply to RCPT TO' },
  data: { seconds: 120, awaited: 'the reply to DATA' },
  /** Per block of the message. */
  body: { seconds: 180, awaited: 'room for the rest of the message' },
  dot: { seconds: 600, awaited: 'the reply to the message' },
  loneDot: { seconds: 600, awaited: 'the reply to the lone dot' },
  reset: { seconds: 120, awaited: 'the reply to RSET' },
  idle: { seconds: 30, awaited: 'another message' },
  quit: { seconds: 5, awaited: 'the reply to QUIT' },
} as const satisfies Record<string, Stage>;

export type StageName = keyof typeof STAGES;

/** How often the sessions look whether they have waited too long; the unit of all their times. */
export const TICK_MS = 1_000;
