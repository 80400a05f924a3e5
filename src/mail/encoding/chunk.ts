import { TOKEN_LENGTH } from '../../domain/links/tokens.ts';
import { NO_PLACEHOLDERS, type Segment } from '../../domain/smtp/message.ts';
import {
  type CanonicalLines,
  canonicalizeLines,
  joinCanonicalLines,
} from '../dkim/relaxed-canonicalization.ts';
import { encodeChunk } from './quoted-printable.ts';

/** Whole lines of a message, CRLF at the end of each, most of them shared by many readers. What is open
 *  is the place of the reader's token. */
export interface Chunk extends Segment {
  /** The text that is encoded, in parts that were encoded apart: many are kept, few are read. */
  source: readonly ChunkSource[];
  /** See `relaxedOf`, which fills it. */
  canonical: CanonicalLines | null;
}

const TOKEN = Symbol('the reader’s token');
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

/** The place of a token: its letters are as they are in quoted-printable. */
export const TOKEN_CHUNK: Chunk = {
  bytes: encodeChunk('A'.repeat(TOKEN_LENGTH)),
  placeholderOffsets: [0],
  source: [TOKEN],
  canonical: null,
};

/** Several pieces as one: a message of few pieces costs less to send than one of many. */
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

/** Lines that stand in the message as they are and are no text, such as those between its parts. */
export function createRawChunk(lines: string): Chunk {
  return {
    bytes: Buffer.from(lines, 'latin1'),
    placeholderOffsets: NO_PLACEHOLDERS,
    source: [],
    canonical: null,
  };
}

/** The text of a piece in the copy with this token. */
export function renderChunkText({ source }: Chunk, token: string): string {
  return source.map((sourcePart) => (sourcePart === TOKEN ? token : sourcePart)).join('');
}

/** What a signature hashes of a piece: made once, however many readers share the piece. */
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

/** Length of the text of a piece in UTF-8, its tokens among it. */
export function measureTextBytes({ source }: Chunk): number {
  return source.reduce(
    (sum, sourcePart) =>
      sum + (sourcePart === TOKEN ? TOKEN_LENGTH : Buffer.byteLength(sourcePart)),
    0,
  );
}
