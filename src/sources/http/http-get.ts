import type { HttpValidators } from '../../domain/sources/source.ts';
import { SourceError } from '../../domain/sources/source-error.ts';
import { cleanText } from '../../domain/text/clean-text.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import { createDeadline } from './deadline.ts';
import { readBody } from './read-body.ts';
import { resolveRedirect } from './redirect.ts';
import { parseRetryAfter } from './retry-after.ts';

/** Ends a turn: what the host answered tells when it may be asked again. */
export type ReleaseHostPermit = (result: {
  isBusy: boolean;
  retryAfterMs: number | null;
}) => Promise<void>;

/** Waits until a host may be asked, over all processes. */
export type AcquireHostPermit = (host: string, signal: AbortSignal) => Promise<ReleaseHostPermit>;

export interface HttpGetDeps {
  /** Names the installation: `Paperboy/0.1.0 (+https://papers.example.org)`. */
  userAgent: string;
  acquirePermit: AcquireHostPermit;
  clock: Clock;
  /** For one request with its body, in ms. @defaultValue 60000 */
  timeoutMs?: number;
  /** Most bytes of a body, unpacked. @defaultValue 16 MiB */
  maxBytes?: number;
}

/** The body of an answer, and how to ask again. */
export interface HttpDocument {
  text: string;
  validators: HttpValidators;
  /** The address of `Link: <…>; rel="next"` (RFC 8288); null when there is none. */
  next: string | null;
}

export interface HttpGetRequest {
  url: string;
  /** Media types, as in the header. */
  accept: string;
  known?: HttpValidators | null;
  signal: AbortSignal;
}

/** Gets a document; null when it is as it was. @throws SourceError. */
export type HttpGet = (request: HttpGetRequest) => Promise<HttpDocument | null>;

const MAX_REDIRECTS = 4;

/**
 * Asks politely (one turn a request) and trusts nothing: time and size are limited, a body that breaks off
 * is an error, and redirects stay with the host or lead to https of the same site.
 */
export function createHttpGet(deps: HttpGetDeps): HttpGet {
  return async ({ url, accept, known, signal }) => {
    const headers = {
      'user-agent': deps.userAgent,
      accept,
      ...buildConditionalHeaders(url, known),
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

/** An answer, null for “as it was”, or the address to which it redirects. */
type HttpGetResult = HttpDocument | string | null;

async function requestWithPermit(
  { acquirePermit, clock, timeoutMs = MINUTE_MS, maxBytes = 16 * 1024 * 1024 }: HttpGetDeps,
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<HttpGetResult> {
  const releasePermit = await acquirePermit(new URL(url).hostname, signal);
  const deadline = createDeadline(signal, timeoutMs);
  let result = { isBusy: false, retryAfterMs: null as number | null };
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: deadline.signal });
    const isBusy = response.status === 429 || response.status === 503;
    result = {
      isBusy,
      retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), clock()),
    };
    if (isBusy) throw await createBusyError(response, url, result.retryAfterMs, deadline.signal);
    return await readResponse(response, url, { maxBytes, signal: deadline.signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SourceError) throw error;
    const reason = deadline.hasExpired()
      ? `no whole answer within ${timeoutMs} ms`
      : describeFetchError(error);
    throw createUnreachableError(url, reason, error);
  } finally {
    deadline.clear();
    await releasePermit(result);
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
  const wait = waitMs === null ? '' : `, and wants ${Math.ceil(waitMs / 1000)} s of peace`;
  const problem = `${url} is busy: it answered HTTP ${status}${await readErrorExcerpt(response, signal)}${wait}.`;
  return new SourceError('SOURCE_BUSY', problem, { retryAfterMs: waitMs, status });
}

function buildConditionalHeaders(
  url: string,
  known: HttpValidators | null | undefined,
): Record<string, string> {
  if (!known || known.url !== url) return {};
  return {
    ...(known.etag !== null && { 'if-none-match': known.etag }),
    ...(known.lastModified !== null && { 'if-modified-since': known.lastModified }),
  };
}

/** What a refusal says, for a person; nothing when it says too much. */
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

/** `fetch` says “fetch failed” of everything; what failed is its cause. */
function describeFetchError(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.message || cause?.code || message;
}
