import type { Readable } from 'node:stream';
import { PaperboyError } from '../../domain/errors.ts';
import { type EvaluatedReader, parseReader } from '../../domain/evaluation/evaluated-reader.ts';

/** A library of 100,000 ids fits; a file that is no JSON lines must not fill the memory. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

const MAX_READERS = 100_000;

/**
 * Reads a file of readers in JSON lines. Each name is unique: a second reader of a name gets the
 * number of the line added.
 * @throws PaperboyError `INVALID_FILE` or `INVALID_READER`, each naming the line.
 */
export async function readReaders(content: Readable): Promise<EvaluatedReader[]> {
  const readers = new Map<string, EvaluatedReader>();
  for await (const { number, line } of splitLines(content)) {
    const reader = parseLine(line, number);
    if (reader === null) continue;
    if (readers.size >= MAX_READERS)
      throw invalidFile(`Line ${number}: expected at most ${MAX_READERS} readers.`);
    const name = readers.has(reader.name) ? `${reader.name} (line ${number})` : reader.name;
    readers.set(name, { ...reader, name });
  }
  if (readers.size === 0)
    throw invalidFile('The file of readers is empty: expected one JSON object on each line.');
  return [...readers.values()];
}

function parseLine(line: string, number: number): EvaluatedReader | null {
  const text = line.replace(/^\uFEFF/, '').trim();
  if (text === '') return null;
  try {
    return parseReader(JSON.parse(text));
  } catch (error) {
    if (error instanceof PaperboyError)
      throw new PaperboyError(error.code, `Readers, line ${number}: ${error.message}`, {
        cause: error,
      });
    throw invalidFile(
      `Readers, line ${number} is not JSON (${(error as Error).message}): expected one object such as {"reader": "r1", "liked": [{"id": "2605.01234", "on": "2026-05-08"}], "wanted": ["2605.04321"]}.`,
    );
  }
}

/** The lines with their numbers, from 1. */
async function* splitLines(content: Readable): AsyncGenerator<{ number: number; line: string }> {
  let number = 0;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const take = (rest: Buffer) => {
    number += 1;
    const line = Buffer.concat([...pending, rest]).toString('utf8');
    pending = [];
    pendingBytes = 0;
    return { number, line };
  };
  for await (const chunk of content) {
    const bytes = Buffer.from(chunk);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      yield take(bytes.subarray(start, end));
      start = end + 1;
    }
    pending.push(bytes.subarray(start));
    pendingBytes += bytes.length - start;
    if (pendingBytes > MAX_LINE_BYTES)
      throw invalidFile(
        `Readers, line ${number + 1} is longer than ${MAX_LINE_BYTES} bytes: expected one JSON object on each line.`,
      );
  }
  if (pendingBytes > 0) yield take(Buffer.alloc(0));
}

const LINE_FEED = 10;

function invalidFile(message: string): PaperboyError {
  return new PaperboyError('INVALID_FILE', message);
}
