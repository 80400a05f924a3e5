import { SourceError } from '../../domain/sources/source-error.ts';

/**
 * Reads the body of a response as text. The limit counts decompressed bytes, whatever
 * Content-Length says.
 * @throws SourceError `SOURCE_UNREADABLE` for a larger body; the error of `fetch` for a truncated
 * one.
 */
export async function readBody(
  response: Response,
  { maxBytes, url, signal }: { maxBytes: number; url: string; signal: AbortSignal },
): Promise<string> {
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    await response.body?.cancel();
    throw createTooLargeError(url, maxBytes);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  // `fetch` may ignore its signal once the body has begun, so the body is cancelled here.
  const cancelBody = () => void reader?.cancel().catch(() => undefined);
  signal.addEventListener('abort', cancelBody, { once: true });
  while (reader) {
    const { done, value } = await reader.read();
    signal.throwIfAborted();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw createTooLargeError(url, maxBytes);
    }
    chunks.push(value);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function createTooLargeError(url: string, maxBytes: number): SourceError {
  return new SourceError(
    'SOURCE_UNREADABLE',
    `${url} sent more than ${maxBytes} bytes, the limit for a list of papers.`,
  );
}
