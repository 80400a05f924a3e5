import { TOKEN_LENGTH } from '../../domain/links/tokens.ts';
import { NO_PLACEHOLDERS, type Segment } from '../../domain/smtp/message.ts';
import { type CanonicalLines, canonicalizeLines } from '../dkim/relaxed-canonicalization.ts';
import { encodeHtml } from './ascii-html.ts';
import { encodeChunk } from './quoted-printable.ts';
import { TOKEN_STAND_IN } from './token-stand-in.ts';

/** Encoded lines of a message, each with its CRLF, mostly shared by many subscribers. Its
 *  placeholders are for the subscriber's token. */
export interface Chunk extends Segment {
  /** What the lines decode to, with stand-ins for tokens; null for HTML, which is its own text. */
  text: string | null;
  /** The cache of `canonicalizeChunk`. */
  canonical: CanonicalLines | null;
}

/** Makes a chunk of a text in which stand-ins take the place of tokens. */
export type CreateChunk = (text: string) => Chunk;

/** A plain text in quoted-printable. */
export const createTextChunk: CreateChunk = (text) =>
  createEncodedChunk(text, encodeChunk(text), text);

/** HTML in ASCII lines. White space must be harmless at both ends. */
export const createHtmlChunk: CreateChunk = (html) =>
  createEncodedChunk(html, encodeHtml(html), null);

/** Lines that are already encoded and belong to no text, such as MIME boundaries. */
export function createRawChunk(lines: string): Chunk {
  return createEncodedChunk(lines, Buffer.from(lines, 'latin1'), '');
}

/** The texts of a single subscriber contain no stand-in: searching them before they are encoded is
 *  cheaper. */
function createEncodedChunk(source: string, bytes: Buffer, text: string | null): Chunk {
  const placeholderOffsets = source.includes(TOKEN_STAND_IN)
    ? findPlaceholders(bytes)
    : NO_PLACEHOLDERS;
  return { bytes, placeholderOffsets, text, canonical: null };
}

/** Several chunks of HTML or several of plain text as one: a message of few chunks is cheaper to
 *  send. */
export function joinChunks(chunks: readonly Chunk[]): Chunk {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const isHtml = chunks.every(({ text }) => text === null);
  const bytes = Buffer.concat(chunks.map((chunk) => chunk.bytes));
  return {
    bytes,
    placeholderOffsets: findPlaceholders(bytes),
    text: isHtml ? null : chunks.map(({ text }) => text ?? '').join(''),
    canonical: null,
  };
}

/** The text of a chunk with this token. */
export function renderChunkText({ bytes, text }: Chunk, token: string): string {
  const decoded = text ?? bytes.toString('latin1').replaceAll('\r\n', '\n');
  return decoded.replaceAll(TOKEN_STAND_IN, token);
}

/** The bytes of a chunk that a signature hashes. Computed once, however many subscribers share
 *  it. */
export function canonicalizeChunk(chunk: Chunk): CanonicalLines {
  chunk.canonical ??= computeCanonical(chunk);
  return chunk.canonical;
}

function computeCanonical({ bytes, placeholderOffsets }: Chunk): CanonicalLines {
  const canonical = canonicalizeLines(bytes);
  const isSame = canonical.bytes === bytes;
  return {
    ...canonical,
    placeholderOffsets: isSame ? placeholderOffsets : findPlaceholders(canonical.bytes),
  };
}

function findPlaceholders(bytes: Buffer): readonly number[] {
  let at = bytes.indexOf(STAND_IN_BYTES);
  if (at === -1) return NO_PLACEHOLDERS;
  const offsets: number[] = [];
  for (; at !== -1; at = bytes.indexOf(STAND_IN_BYTES, at + TOKEN_LENGTH)) offsets.push(at);
  return offsets;
}

const STAND_IN_BYTES = Buffer.from(TOKEN_STAND_IN, 'latin1');
