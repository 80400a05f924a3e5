import type { Clock } from '../domain/clock.ts';
import type { Validators } from '../domain/fetched.ts';
import { SourceError } from '../domain/source-error.ts';
import { cleanText } from '../domain/text.ts';
import { openDeadline } from './deadline.ts';
import { readBody } from './read-body.ts';
import { nextAddress } from './redirect.ts';
import { retryAfterMs } from './retry-after.ts';

/** Ends a turn: what the host answered tells when it may be asked again. */
export type EndTurn = (answer: { isBusy: boolean; retryAfterMs: number | null }) => Promise<void>;

/** Waits until a host may be asked, over all processes. */
export type TakeTurn = (host: string, signal: AbortSignal) => Promise<EndTurn>;

export interface HttpGetDeps {
  /** Names the installation: `Paperboy/0.1.0 (+https://papers.example.org)`. */
  userAgent: string;
  takeTurn: TakeTurn;
  clock: Clock;
  /** For one request with its body, in ms. @defaultValue 60000 */
  timeoutMs?: number;
  /** Most bytes of a body, unpacked. @defaultValue 16 MiB */
  maxBytes?: number;
}

/** The body of an answer, and how to ask again. */
export interface HttpAnswer {
  text: string;
  validators: Validators;
  /** The address of `Link: <…>; rel="next"` (RFC 8288); null when there is none. */
  next: string | null;
}

export interface HttpAsk {
  url: string;
  /** Media types, as in the header. */
  accept: string;
  known?: Validators | null;
  signal: AbortSignal;
}

/** Gets a document; null when it is as it was. @throws SourceError. */
export type HttpGet = (ask: HttpAsk) => Promise<HttpAnswer | null>;

const MOST_REDIRECTS = 4;

/**
 * Asks politely (one turn a request) and trusts nothing: time and size are limited, a body that breaks off
 * is an error, and redirects stay with the host or lead to https of the same site.
 */
export function createHttpGet(deps: HttpGetDeps): HttpGet {
  return async ({ url, accept, known, signal }) => {
    const headers = { 'user-agent': deps.userAgent, accept, ...conditions(url, known) };
    let address = url;
    for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
      const answer = await inTurn(deps, address, headers, signal);
      if (typeof answer !== 'string')
        return answer && { ...answer, validators: { ...answer.validators, url } };
      address = answer;
    }
    throw unreachable(url, `it redirects more than ${MOST_REDIRECTS} times`);
  };
}

/** An answer, null for “as it was”, or the address to which it redirects. */
type Step = HttpAnswer | string | null;

async function inTurn(
  { takeTurn, clock, timeoutMs = 60_000, maxBytes = 16 * 1024 * 1024 }: HttpGetDeps,
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Step> {
  const endTurn = await takeTurn(new URL(url).hostname, signal);
  const deadline = openDeadline(signal, timeoutMs);
  let answer = { isBusy: false, retryAfterMs: null as number | null };
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: deadline.signal });
    const isBusy = response.status === 429 || response.status === 503;
    answer = { isBusy, retryAfterMs: retryAfterMs(response.headers.get('retry-after'), clock()) };
    if (isBusy) throw await busy(response, url, answer.retryAfterMs, deadline.signal);
    return await read(response, url, { maxBytes, signal: deadline.signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SourceError) throw error;
    const reason = deadline.isOver() ? `no whole answer within ${timeoutMs} ms` : reasonOf(error);
    throw unreachable(url, reason, error);
  } finally {
    deadline.clear();
    await endTurn(answer);
  }
}

async function read(
  response: Response,
  url: string,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Step> {
  const { status, headers } = response;
  if (status === 304) return null;
  if (status === 200)
    return {
      text: await readBody(response, { maxBytes, url, signal }),
      validators: { url, etag: headers.get('etag'), lastModified: headers.get('last-modified') },
      next: nextLink(headers.get('link'), url),
    };
  const said = await saidIn(response, signal);
  if (status >= 300 && status < 400) return nextAddress(url, headers.get('location'));
  const problem = `${url} answered HTTP ${status}${said}: expected 200.`;
  throw new SourceError('SOURCE_UNREACHABLE', problem, { status });
}

async function busy(
  response: Response,
  url: string,
  waitMs: number | null,
  signal: AbortSignal,
): Promise<SourceError> {
  const { status } = response;
  const wait = waitMs === null ? '' : `, and wants ${Math.ceil(waitMs / 1000)} s of peace`;
  const problem = `${url} is busy: it answered HTTP ${status}${await saidIn(response, signal)}${wait}.`;
  return new SourceError('SOURCE_BUSY', problem, { retryAfterMs: waitMs, status });
}

function conditions(url: string, known: Validators | null | undefined): Record<string, string> {
  if (!known || known.url !== url) return {};
  return {
    ...(known.etag !== null && { 'if-none-match': known.etag }),
    ...(known.lastModified !== null && { 'if-modified-since': known.lastModified }),
  };
}

/** What a refusal says, for a person; nothing when it says too much. */
async function saidIn(response: Response, signal: AbortSignal): Promise<string> {
  const limits = { maxBytes: MOST_SAID_BYTES, url: '', signal };
  const text = await readBody(response, limits).catch(() => '');
  const said = cleanText(text).slice(0, 120);
  return said === '' ? '' : ` (“${said}”)`;
}

const MOST_SAID_BYTES = 2048;

function nextLink(header: string | null, url: string): string | null {
  const [, link] = /<([^<>]{1,2000})>\s*;[^,<]{0,200}\brel="?next"?/i.exec(header ?? '') ?? [];
  return link !== undefined && URL.canParse(link, url) ? new URL(link, url).href : null;
}

function unreachable(url: string, reason: string, cause?: unknown): SourceError {
  return new SourceError('SOURCE_UNREACHABLE', `${url} cannot be read: ${reason}.`, { cause });
}

/** `fetch` says “fetch failed” of everything; what failed is its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.message || cause?.code || message;
}
