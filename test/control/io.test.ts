import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createCommandIo, type ProcessStreams } from '../../src/control/io.ts';

const parts = (changes: Partial<ProcessStreams> = {}): ProcessStreams => ({
  stdin: new PassThrough(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  isTerminal: false,
  columns: 80,
  signal: new AbortController().signal,
  cwd: '/',
  ...changes,
});

describe('createCommandIo', () => {
  it('A write resolves once the output accepted it', async () => {
    const taken: string[] = [];
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done) {
        setImmediate(() => {
          taken.push(chunk.toString());
          done();
        });
      },
    });
    const io = createCommandIo(parts({ stdout }));
    await io.stdout.write('one');
    expect(taken).toEqual(['one']);
  });

  it('The signal is aborted, and no write fails, when the output is closed', async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error(), { code: 'EPIPE' })),
    });
    const io = createCommandIo(parts({ stdout }));
    await io.stdout.write('to nobody');
    await io.stdout.write('again');
    expect(io.signal.aborted).toBe(true);
  });

  it('An interruption ends the wait for input', async () => {
    const interrupt = new AbortController();
    const io = createCommandIo(parts({ signal: interrupt.signal }));
    const reading = text(io.stdin);
    interrupt.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('A file in the working folder is opened at the first read', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'io-test-'));
    const io = createCommandIo(parts({ cwd }));
    const file = io.openFile('later.txt');
    await writeFile(join(cwd, 'later.txt'), 'made after openFile');
    expect(await text(file)).toBe('made after openFile');
    await expect(text(io.openFile('none.txt'))).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: 'Cannot read none.txt: there is no such file',
    });
    await rm(cwd, { recursive: true });
  });
});
