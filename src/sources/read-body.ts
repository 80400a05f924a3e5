import { SourceError } from '../domain/source-error.ts';

/**
 * The body of an answer as text, unpacked. Reading ends at `maxBytes`, whatever length was promised and
 * however small it was packed.
 * @throws SourceError `SOURCE_UNREADABLE` for a longer one; what `fetch` throws for one that breaks off.
 */
export async function readBody(response: Response, maxBytes: number, url: string): Promise<string> {
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    await response.body?.cancel();
    throw tooLong(url, maxBytes);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw tooLong(url, maxBytes);
    }
    chunks.push(value);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function tooLong(url: string, maxBytes: number): SourceError {
  return new SourceError(
    'SOURCE_UNREADABLE',
    `${url} sent more than a list of papers holds: expected ${maxBytes} bytes at the most.`,
  );
}
