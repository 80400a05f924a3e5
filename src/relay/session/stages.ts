/** What a session waits for. */
interface Stage {
  timeoutSeconds: number;
  /** For error messages. */
  awaited: string;
}

/**
 * Timeouts of RFC 5321 §4.5.3.2 where it names them, else our own. A shorter one after the dot
 * would make messages unknown that a slow relay had already accepted (RFC 1047).
 */
export const STAGES = {
  connect: { timeoutSeconds: 30, awaited: 'the connection' },
  greeting: { timeoutSeconds: 300, awaited: 'the greeting' },
  ehlo: { timeoutSeconds: 300, awaited: 'the reply to EHLO' },
  helo: { timeoutSeconds: 300, awaited: 'the reply to HELO' },
  startTls: { timeoutSeconds: 120, awaited: 'the reply to STARTTLS' },
  tls: { timeoutSeconds: 30, awaited: 'the TLS handshake' },
  authLogin: { timeoutSeconds: 120, awaited: 'the reply to AUTH' },
  authUser: { timeoutSeconds: 120, awaited: 'the reply to the user name' },
  auth: { timeoutSeconds: 120, awaited: 'the reply to AUTH' },
  mail: { timeoutSeconds: 300, awaited: 'the reply to MAIL FROM' },
  rcpt: { timeoutSeconds: 300, awaited: 'the reply to RCPT TO' },
  data: { timeoutSeconds: 120, awaited: 'the reply to DATA' },
  /** Per block of the message. */
  body: { timeoutSeconds: 180, awaited: 'room for the rest of the message' },
  dot: { timeoutSeconds: 600, awaited: 'the reply to the message' },
  loneDot: { timeoutSeconds: 600, awaited: 'the reply to the lone dot' },
  reset: { timeoutSeconds: 120, awaited: 'the reply to RSET' },
  idle: { timeoutSeconds: 30, awaited: 'another message' },
  quit: { timeoutSeconds: 5, awaited: 'the reply to QUIT' },
} as const satisfies Record<string, Stage>;

export type StageName = keyof typeof STAGES;

/** How often sessions check their timeouts, and the unit in which they count. */
export const TICK_MS = 1_000;
