import { SourceError } from '../../domain/sources/source-error.ts';

/**
 * The body of an answer as text, unpacked. Reading ends at `maxBytes`, whatever length was promised and
 * however small it was packed.
 * @throws SourceError `SOURCE_UNREADABLE` for a longer one; what `fetch` throws for one that breaks off.
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
  // `fetch` may forget its signal once the answer has begun: the body is let go of here.
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
    `${url} sent more than a list of papers holds: expected ${maxBytes} bytes at the most.`,
  );
}
