import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { SendOutcome } from '../domain/outcome.ts';
import { parseReply, type SmtpReply } from '../domain/smtp-reply.ts';
import type { Message } from './message.ts';

/** The way out for every mail. */
export interface Relay {
  /** Never rejects: what went wrong is part of the outcome. */
  send(message: Message): Promise<SendOutcome>;
  /** Whether any relay is in order, as far as is known. */
  isOpen(): boolean;
  /** Connects and signs in without sending. Rejects with the first relay's problem. */
  verify(): Promise<void>;
  /** Waits for what is in flight, then closes the connections. */
  close(): Promise<void>;
}

const IDLE_MS = 30_000;

/** What is handed to the connection at once. */
const PIECE_BYTES = 64 * 1024;

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
    pool: openPool(url, connections),
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
    isOpen: () => true,
    verify: async () => {
      for (const { pool } of transports) await pool.verify();
    },
    close: async () => {
      await Promise.allSettled(inFlight);
      for (const { pool } of transports) pool.close();
    },
  };
}

type Pool = ReturnType<typeof openPool>;

function openPool(url: string, connections: number) {
  const pool = createTransport({
    ...optionsOf(url),
    pool: true,
    maxConnections: connections,
    maxMessages: 1000,
    maxRequeues: 0,
    idleTimeout: IDLE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  sendUnchanged(pool);
  return pool;
}

/** Codes of nodemailer for replies to MAIL, RCPT and DATA. Others (greeting, TLS, AUTH) are between us
 *  and the relay, and say nothing about the reader. */
const ABOUT_THE_MESSAGE = new Set(['EENVELOPE', 'EMESSAGE']);

async function tryOnce(
  pool: Pool,
  relay: string,
  { envelope, raw }: Message,
): Promise<SendOutcome> {
  const body = watched(raw);
  try {
    const info = await pool.sendMail({ envelope, raw: body.stream });
    return { kind: 'answered', reply: readReply(info.response), relay };
  } catch (error) {
    const { response, message, code } = error as Error & { response?: string; code?: string };
    const isAnswer = code !== undefined && ABOUT_THE_MESSAGE.has(code);
    // 421 also ends the connection, so its code is another; after the dot it is the answer.
    if (response && (isAnswer || (body.wasRead() && response.startsWith('421')))) {
      return { kind: 'answered', reply: readReply(response), relay };
    }
    const problem = printable(message);
    return { kind: body.wasRead() ? 'unknown' : 'unsent', problem, relay };
  }
}

/**
 * The message as a stream that tells whether its end was reached: only then can the dot be out. It
 * comes in pieces, each when the one before has left, or the end would be reached at once.
 */
function watched(raw: Buffer): { stream: Readable; wasRead: () => boolean } {
  const stream = Readable.from(piecesOf(raw), { objectMode: false, highWaterMark: 1 });
  let ended = false;
  stream.on('end', () => {
    ended = true;
  });
  return { stream, wasRead: () => ended };
}

function* piecesOf(raw: Buffer): Generator<Buffer> {
  for (let start = 0; start < raw.length; start += PIECE_BYTES) {
    yield raw.subarray(start, start + PIECE_BYTES);
  }
}

/**
 * Has the pool read our own streams, when the relay asked for DATA. By itself it composes a raw
 * message again, and reads it into its buffers before the relay was even spoken to: then nobody
 * could tell whether the dot was sent.
 */
function sendUnchanged(pool: Pool): void {
  pool.use('stream', ({ data, message }, done) => {
    message.createReadStream = () => data.raw as never;
    done();
  });
}

function readReply(response: unknown): SmtpReply {
  return parseReply(printable(String(response)));
}

/** Relays answer in any bytes; Postgres takes no NUL. */
function printable(text: string): string {
  return text.replace(/[^\P{C}\r\n\t]/gu, '\ufffd');
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
