import type { HttpValidators } from '../../domain/sources/source.ts';
import { SourceError } from '../../domain/sources/source-error.ts';
import { cleanText } from '../../domain/text/clean-text.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import { createDeadline } from './deadline.ts';
import { readBody } from './read-body.ts';
import { resolveRedirect } from './redirect.ts';
import { parseRetryAfter } from './retry-after.ts';

/** Releases the permit for a host. The response decides when the next request may start. */
type ReleaseHostPermit = (reply: HostReply) => Promise<void>;

/** The part of a host's response that delays the next request to it. */
interface HostReply {
  /** The host answered 429 or 503. */
  isBusy: boolean;
  /** The delay of `Retry-After`; null without one. */
  retryAfterMs: number | null;
}

/**
 * Waits until no process has a request to the host under way and its crawl delay is over.
 * @throws SourceError `SOURCE_BUSY` when that would take long.
 */
export type AcquireHostPermit = (host: string, signal: AbortSignal) => Promise<ReleaseHostPermit>;

export interface HttpGetDeps {
  /** Names the installation: `Paperboy/0.1.0 (+https://papers.example.org)`. */
  userAgent: string;
  acquirePermit: AcquireHostPermit;
  clock: Clock;
  /** Time limit for one request with its body, in ms. @defaultValue 60000 */
  timeoutMs?: number;
  /** Size limit for a decompressed body. @defaultValue 16 MiB */
  maxBytes?: number;
}

/** The body of a response, with the validators for the next request. */
export interface HttpDocument {
  text: string;
  validators: HttpValidators;
  /** The address of `Link: <…>; rel="next"` (RFC 8288); null when there is none. */
  next: string | null;
}

interface HttpGetRequest {
  url: string;
  /** The value of the Accept header. */
  accept: string;
  validators?: HttpValidators | null;
  signal: AbortSignal;
}

/** Gets a document; null when it has not changed since `validators`. @throws SourceError. */
export type HttpGet = (request: HttpGetRequest) => Promise<HttpDocument | null>;

const MAX_REDIRECTS = 4;

/** Makes one permitted request at a time and trusts no response: time and size are limited, a
 *  truncated body is an error, and redirects must stay on the site. */
export function createHttpGet(deps: HttpGetDeps): HttpGet {
  return async ({ url, accept, validators, signal }) => {
    const headers = {
      'user-agent': deps.userAgent,
      accept,
      ...buildConditionalHeaders(url, validators),
    };
    let currentUrl = url;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
      const result = await requestWithPermit(deps, currentUrl, headers, signal);
      if (typeof result !== 'string')
        return result && { ...result, validators: { ...result.validators, url } };
      currentUrl = result;
    }
    throw createUnreachableError(url, `it redirects more than ${MAX_REDIRECTS} times`);
  };
}

/** A document, null for “not modified”, or the URL of a redirect. */
type HttpGetResult = HttpDocument | string | null;

async function requestWithPermit(
  { acquirePermit, clock, timeoutMs = MINUTE_MS, maxBytes = 16 * 1024 * 1024 }: HttpGetDeps,
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<HttpGetResult> {
  const releasePermit = await acquirePermit(new URL(url).hostname, signal);
  const deadline = createDeadline(signal, timeoutMs);
  let reply: HostReply = { isBusy: false, retryAfterMs: null };
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: deadline.signal });
    const isBusy = response.status === 429 || response.status === 503;
    reply = {
      isBusy,
      retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), clock()),
    };
    if (isBusy) throw await createBusyError(response, url, reply.retryAfterMs, deadline.signal);
    return await readResponse(response, url, { maxBytes, signal: deadline.signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SourceError) throw error;
    const reason = deadline.hasExpired()
      ? `no complete response within ${timeoutMs} ms`
      : describeFetchError(error);
    throw createUnreachableError(url, reason, error);
  } finally {
    deadline.clear();
    await releasePermit(reply);
  }
}

async function readResponse(
  response: Response,
  url: string,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<HttpGetResult> {
  const { status, headers } = response;
  if (status === 304) return null;
  if (status === 200)
    return {
      text: await readBody(response, { maxBytes, url, signal }),
      validators: { url, etag: headers.get('etag'), lastModified: headers.get('last-modified') },
      next: parseNextLink(headers.get('link'), url),
    };
  const excerpt = await readErrorExcerpt(response, signal);
  if (status >= 300 && status < 400) return resolveRedirect(url, headers.get('location'));
  const problem = `${url} answered HTTP ${status}${excerpt}: expected 200.`;
  throw new SourceError('SOURCE_UNREACHABLE', problem, { status });
}

async function createBusyError(
  response: Response,
  url: string,
  waitMs: number | null,
  signal: AbortSignal,
): Promise<SourceError> {
  const { status } = response;
  const wait = waitMs === null ? '' : ` and asked us to wait ${Math.ceil(waitMs / 1000)} s`;
  const problem = `${url} is busy: it answered HTTP ${status}${await readErrorExcerpt(response, signal)}${wait}.`;
  return new SourceError('SOURCE_BUSY', problem, { retryAfterMs: waitMs, status });
}

function buildConditionalHeaders(
  url: string,
  validators: HttpValidators | null | undefined,
): Record<string, string> {
  if (!validators || validators.url !== url) return {};
  return {
    ...(validators.etag !== null && { 'if-none-match': validators.etag }),
    ...(validators.lastModified !== null && { 'if-modified-since': validators.lastModified }),
  };
}

/** The start of an error page, for a person; empty when the page is too large. */
async function readErrorExcerpt(response: Response, signal: AbortSignal): Promise<string> {
  const limits = { maxBytes: MAX_EXCERPT_BYTES, url: '', signal };
  const text = await readBody(response, limits).catch(() => '');
  const excerpt = cleanText(text).slice(0, 120);
  return excerpt === '' ? '' : ` (“${excerpt}”)`;
}

const MAX_EXCERPT_BYTES = 2048;

function parseNextLink(header: string | null, url: string): string | null {
  const [, link] = /<([^<>]{1,2000})>\s*;[^,<]{0,200}\brel="?next"?/i.exec(header ?? '') ?? [];
  return link !== undefined && URL.canParse(link, url) ? new URL(link, url).href : null;
}

function createUnreachableError(url: string, reason: string, cause?: unknown): SourceError {
  return new SourceError('SOURCE_UNREACHABLE', `${url} cannot be read: ${reason}.`, { cause });
}

/** `fetch` reports every failure as “fetch failed”; the cause has the reason. */
function describeFetchError(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.message || cause?.code || message;
}
