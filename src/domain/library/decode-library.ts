import { NUL } from '../text/clean-text.ts';

/**
 * The text of an uploaded file: UTF-8 or UTF-16, or Windows-1252 when it is no valid UTF-8. Null
 * for a file that is no text, such as a PDF.
 */
export function decodeLibrary(bytes: Uint8Array): string | null {
  const text = tryDecode(bytes, findEncoding(bytes)) ?? tryDecode(bytes, 'windows-1252') ?? '';
  return text.includes(NUL) || BINARY_STARTS.some((start) => text.startsWith(start)) ? null : text;
}

function findEncoding([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

function tryDecode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** PDF, and ZIP as Zotero and spreadsheets write it. */
const BINARY_STARTS = ['%PDF-', 'PK\u0003\u0004'];
