import { mkdir, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseReader } from '../../../src/domain/evaluation/evaluated-reader.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { type RfcDocument, readRfcDocuments } from './rfc-documents.ts';
import { makeAuthors, makeLibraries } from './rfc-readers.ts';

const inFolder = useTempFolder();

describe('readRfcDocuments', () => {
  it('RFCs are read from packed files, each once, with what they cite', async () => {
    const metadata = {
      doc_id: 'RFC7002',
      title: 'A  Title',
      authors: ['A. Clark', 'G. Zorn, Ed.'],
      source: 'Metric Blocks RAI',
      abstract: 'Two\r\nlines.',
      pub_date: 'September 2013',
    };
    for (const folder of ['standard', 'links']) {
      await mkdir(inFolder(folder));
      const json = gzipSync(JSON.stringify(metadata));
      await writeFile(inFolder(folder, 'rfc7002.json.gz'), json);
      const text = gzipSync('See [RFC3550], RFC 768 and RFC 7002 itself.');
      await writeFile(inFolder(folder, 'rfc7002.txt.gz'), text);
    }
    expect(await readRfcDocuments(inFolder())).toEqual([
      {
        id: 'RFC7002',
        title: 'A Title',
        abstract: 'Two lines.',
        authors: ['A. Clark', 'G. Zorn'],
        publishedOn: '2013-09-10',
        area: 'RAI',
        cites: ['RFC0768', 'RFC3550'],
      },
    ]);
  });
});

/** 400 documents by ten authors in turn, each citing thirty others of its area. */
const documents: RfcDocument[] = Array.from({ length: 400 }, (_, n) => ({
  id: `RFC${1000 + n}`,
  title: `Document ${n}`,
  abstract: '',
  authors: [`Author ${n % 10}`],
  publishedOn: `${2000 + Math.floor(n / 40)}-01-01`,
  area: n % 2 === 0 ? 'RTG' : 'SEC',
  cites: Array.from({ length: 3 }, (_, k) => `RFC${1000 + ((n * 7 + k * 14) % 400)}`),
}));

describe('makeAuthors', () => {
  it('Liked RFCs are older than the wanted ones, and no other paper of the day is the author’s own', () => {
    const readers = makeAuthors(documents);
    expect(readers).toHaveLength(10);
    for (const [index, reader] of readers.entries()) {
      expect(reader.liked).toHaveLength(30);
      expect(reader.wanted).toHaveLength(10);
      expect(reader.candidates.length).toBeLessThanOrEqual(200);
      const own = reader.candidates.filter((id) => Number(id.slice(3)) % 10 === index);
      expect(own.sort()).toEqual([...reader.wanted].sort());
      expect(reader.liked.every(({ id }) => reader.wanted.every((wanted) => id < wanted))).toBe(
        true,
      );
      expect(parseReader(reader).liked.map(({ id }) => id)).toHaveLength(30);
    }
    expect(makeAuthors(documents)).toEqual(readers);
  });
});

describe('makeLibraries', () => {
  it('Authors without a library of twenty are no readers but vote', () => {
    const { readers, votes } = makeLibraries(documents);
    expect(readers).toEqual([]);
    expect([...votes.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(400);
  });
});
