import { PassThrough, type Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { SendOutcome } from '../domain/outcome.ts';
import { parseReply } from '../domain/smtp-reply.ts';
import type { Message } from './message.ts';

/** The way out for every mail. */
export interface Relay {
  /** Never rejects: what went wrong is part of the outcome. */
  send(message: Message): Promise<SendOutcome>;
  /** Connects and signs in without sending. Rejects with the first relay's problem. */
  verify(): Promise<void>;
  /** Waits for what is in flight, then closes the connections. */
  close(): Promise<void>;
}

const IDLE_MS = 30_000;

/**
 * Sends through the first relay that takes the message; the next one is tried only when the final
 * dot was certainly not sent. Certificates are verified.
 */
export function openRelay({
  urls,
  connections,
}: {
  urls: readonly string[];
  connections: number;
}): Relay {
  const transports = urls.map((url) => ({
    host: new URL(url).host,
    pool: createTransport({
      ...optionsOf(url),
      pool: true,
      maxConnections: connections,
      maxMessages: 1000,
      maxRequeues: 0,
      idleTimeout: IDLE_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    }),
  }));
  const inFlight = new Set<Promise<unknown>>();
  const send = async (message: Message): Promise<SendOutcome> => {
    let outcome: SendOutcome = { kind: 'unsent', problem: 'No relay is set.', relay: '' };
    for (const { host, pool } of transports) {
      outcome = await tryOnce(pool, host, message);
      // A connection that the relay closed while idle is noticed only now: once more on a new one.
      if (outcome.kind === 'unsent') outcome = await tryOnce(pool, host, message);
      if (outcome.kind !== 'unsent') return outcome;
    }
    return outcome;
  };
  return {
    send: async (message) => {
      const sending = send(message);
      inFlight.add(sending);
      try {
        return await sending;
      } finally {
        inFlight.delete(sending);
      }
    },
    verify: async () => {
      for (const { pool } of transports) await pool.verify();
    },
    close: async () => {
      await Promise.allSettled(inFlight);
      for (const { pool } of transports) pool.close();
    },
  };
}

/** Codes of nodemailer for replies to MAIL, RCPT and DATA. Others (greeting, TLS, AUTH) are between us
 *  and the relay, and say nothing about the reader. */
const ABOUT_THE_MESSAGE = new Set(['EENVELOPE', 'EMESSAGE']);

type Pool = ReturnType<typeof createTransport>;

async function tryOnce(
  pool: Pool,
  relay: string,
  { envelope, raw }: Message,
): Promise<SendOutcome> {
  const body = watched(raw);
  try {
    const info = await pool.sendMail({ envelope, raw: body.stream });
    return { kind: 'answered', reply: parseReply(String(info.response)), relay };
  } catch (error) {
    const { response, message, code } = error as Error & { response?: string; code?: string };
    if (response && code !== undefined && ABOUT_THE_MESSAGE.has(code)) {
      return { kind: 'answered', reply: parseReply(response), relay };
    }
    return { kind: body.wasRead() ? 'unknown' : 'unsent', problem: message, relay };
  }
}

/** The message as a stream that tells whether its end was reached: only then can the dot be out. */
function watched(raw: Buffer): { stream: Readable; wasRead: () => boolean } {
  const stream = new PassThrough();
  let ended = false;
  stream.on('end', () => {
    ended = true;
  });
  stream.end(raw);
  return { stream, wasRead: () => ended };
}

/** What nodemailer wants to know; user and password may be percent-encoded (RFC 3986 §3.2.1). */
function optionsOf(url: string) {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const secure = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: searchParams.get('requireTLS') === 'true',
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
  };
}
