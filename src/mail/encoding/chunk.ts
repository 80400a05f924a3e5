import { TOKEN_LENGTH } from '../../domain/links/tokens.ts';
import { NO_PLACEHOLDERS, type Segment } from '../../domain/smtp/message.ts';
import {
  type CanonicalLines,
  canonicalizeLines,
  joinCanonicalLines,
} from '../dkim/relaxed-canonicalization.ts';
import { encodeChunk } from './quoted-printable.ts';

/** Encoded lines of a message, each with its CRLF, mostly shared by many subscribers. Its
 *  placeholders are for the subscriber's token. */
export interface Chunk extends Segment {
  /** The text in the parts that were encoded separately. Not joined, since few are ever read. */
  source: readonly ChunkSource[];
  /** The cache of `canonicalizeChunk`. */
  canonical: CanonicalLines | null;
}

const TOKEN = Symbol('token');
type ChunkSource = string | typeof TOKEN;

/** A text together with its encoded form. */
export function createChunk(text: string): Chunk {
  return {
    bytes: encodeChunk(text),
    placeholderOffsets: NO_PLACEHOLDERS,
    source: [text],
    canonical: null,
  };
}

/** The placeholder of a token, whose characters quoted-printable leaves unchanged. */
export const TOKEN_CHUNK: Chunk = {
  bytes: encodeChunk('A'.repeat(TOKEN_LENGTH)),
  placeholderOffsets: [0],
  source: [TOKEN],
  canonical: null,
};

/** Several chunks as one: a message of few chunks is cheaper to send. */
export function joinChunks(chunks: readonly Chunk[]): Chunk {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const placeholderOffsets: number[] = [];
  let length = 0;
  for (const chunk of chunks) {
    for (const at of chunk.placeholderOffsets) placeholderOffsets.push(length + at);
    length += chunk.bytes.length;
  }
  const bytes = Buffer.concat(chunks.map((chunk) => chunk.bytes));
  return {
    bytes,
    placeholderOffsets,
    source: chunks.flatMap(({ source }) => source),
    canonical: null,
  };
}

/** Lines that are already encoded and belong to no text, such as MIME boundaries. */
export function createRawChunk(lines: string): Chunk {
  return {
    bytes: Buffer.from(lines, 'latin1'),
    placeholderOffsets: NO_PLACEHOLDERS,
    source: [],
    canonical: null,
  };
}

/** The text of a chunk with this token. */
export function renderChunkText({ source }: Chunk, token: string): string {
  return source.map((sourcePart) => (sourcePart === TOKEN ? token : sourcePart)).join('');
}

/** The bytes of a chunk that a signature hashes. Computed once, however many subscribers share
 *  it. */
export function canonicalizeChunk(chunk: Chunk): CanonicalLines {
  chunk.canonical ??= computeCanonical(chunk);
  return chunk.canonical;
}

function computeCanonical({ bytes, placeholderOffsets, source }: Chunk): CanonicalLines {
  const whole = canonicalizeLines(bytes);
  if (whole.bytes === bytes || placeholderOffsets.length === 0)
    return { ...whole, placeholderOffsets };
  return joinCanonicalLines(source.map(canonicalizeSource));
}

function canonicalizeSource(sourcePart: ChunkSource): CanonicalLines {
  return sourcePart === TOKEN
    ? {
        bytes: TOKEN_CHUNK.bytes,
        placeholderOffsets: TOKEN_CHUNK.placeholderOffsets,
        blankLines: 0,
      }
    : canonicalizeLines(encodeChunk(sourcePart));
}

/** Length of the text of a chunk in UTF-8, tokens included. */
export function measureTextBytes({ source }: Chunk): number {
  return source.reduce(
    (sum, sourcePart) =>
      sum + (sourcePart === TOKEN ? TOKEN_LENGTH : Buffer.byteLength(sourcePart)),
    0,
  );
}
