import type { FastifyRequest } from 'fastify';
import { LIBRARY_COPY } from '../../copy/en/pages/library.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { decodeLibrary } from '../../domain/library/decode-library.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import { readFieldText, readFormBody } from '../form-body.ts';

/** The form of the library page. */
export interface LibraryForm {
  /** The pasted text, or the text of the file. */
  text: string;
  /** An ORCID iD or a name. */
  author: string;
}

/** The limit of a file and of a pasted text. */
export const MAX_LIBRARY_BYTES = 1024 * 1024;

/** For `@fastify/multipart`. The form has two texts and a file. */
export const MULTIPART_LIMITS = {
  fieldSize: MAX_LIBRARY_BYTES,
  fileSize: MAX_LIBRARY_BYTES,
  fields: 6,
  files: 1,
  parts: 8,
  headerPairs: 20,
};

/**
 * Reads the form, with or without a file.
 * @throws PaperboyError `INVALID_LIBRARY` for a file or text that is too large, and for a file that
 * is no text.
 */
export async function readLibraryForm(request: FastifyRequest): Promise<LibraryForm> {
  if (!request.isMultipart()) {
    const form = readFormBody(request.body);
    const read = (name: string) => readFieldText(form, name);
    return { text: read('text'), author: read('author') };
  }
  const form: LibraryForm = { text: '', author: '' };
  let fileText = '';
  let problem: string | null = null;
  // Every part is read to its end even after a problem, or the browser would show a broken
  // connection instead of the page.
  for await (const part of request.parts({ limits: MULTIPART_LIMITS })) {
    if (part.type === 'file') {
      const bytes = await readFile(part.file);
      if (part.file.truncated) problem = LIBRARY_COPY.problems.tooLarge;
      const text = decodeLibrary(bytes);
      problem ??=
        text === null ? LIBRARY_COPY.problems.notText(truncateInput(part.filename)) : null;
      fileText = text ?? '';
    } else {
      if (part.valueTruncated) problem = LIBRARY_COPY.problems.tooLarge;
      if (isFieldName(part.fieldname)) form[part.fieldname] = String(part.value);
    }
  }
  if (problem !== null) throw new PaperboyError('INVALID_LIBRARY', problem);
  return { ...form, text: fileText || form.text };
}

async function readFile(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isFieldName(name: string): name is keyof LibraryForm {
  return name === 'text' || name === 'author';
}
