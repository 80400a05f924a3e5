import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readReaders } from '../../../src/services/evaluation/read-readers.ts';

const read = (...chunks: (string | Buffer)[]) =>
  readReaders(Readable.from(chunks.map((chunk) => Buffer.from(chunk))));

const LINE = '{"reader": "é", "liked": ["a"], "wanted": ["b"]}';

describe('readReaders', () => {
  it('Lines are read across chunks, with blank lines, CRLF and a byte order mark', async () => {
    const bytes = Buffer.from(`\uFEFF${LINE}\r\n\n${LINE.replace('é', 'x')}`);
    // The first cut splits a character.
    const cut = bytes.indexOf('é') + 1;
    const readers = await read(bytes.subarray(0, cut), bytes.subarray(cut, 70), bytes.subarray(70));
    expect(readers.map(({ name }) => name)).toEqual(['é', 'x']);
  });

  it('Two readers of one name are told apart by the line', async () => {
    const readers = await read(`${LINE}\n${LINE}\n`);
    expect(readers.map(({ name }) => name)).toEqual(['é', 'é (line 2)']);
  });

  it('A line that is not JSON is reported with its number and an example', async () => {
    await expect(read(`${LINE}\n\n{"reader": \n`)).rejects.toThrow(
      /^Readers, line 3 is not JSON \(.*\): expected one object such as \{"reader"/,
    );
  });

  it('A reader that cannot be read is reported with its line', async () => {
    await expect(read(`${LINE}\n{"reader": ""}`)).rejects.toThrow(
      'Readers, line 2: reader is "": expected a name',
    );
    await expect(read('null')).rejects.toThrow('Readers, line 1: null is not a reader');
  });

  it('An endless line is refused before it fills the memory', async () => {
    function* endless() {
      for (;;) yield Buffer.alloc(1024 * 1024, 'a');
    }
    await expect(readReaders(Readable.from(endless()))).rejects.toThrow(
      'Readers, line 1 is longer than 16777216 bytes',
    );
  });

  it('A file without readers is refused', async () => {
    await expect(read('\n \n')).rejects.toThrow('The file of readers is empty');
    await expect(read()).rejects.toThrow('The file of readers is empty');
  });
});
