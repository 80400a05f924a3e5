/**
 * `node --import tsx test/bench/relevance/make-rfc-readers.ts RFC_FOLDER FOLDER`: makes files of
 * papers and readers for `paperboy evaluate` from the RFCs of Debian's `doc-rfc-*` packages.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RfcDocument, readRfcDocuments } from './rfc-documents.ts';
import { makeAuthors, makeLibraries } from './rfc-readers.ts';

const [rfcFolder, folder] = process.argv.slice(2);
if (rfcFolder === undefined || folder === undefined) {
  console.error('Expected the folder of the RFCs and the folder to write to.');
  process.exitCode = 2;
} else await makeFiles(rfcFolder, folder);

async function makeFiles(from: string, to: string): Promise<void> {
  const documents = await readRfcDocuments(from);
  const { readers, votes } = makeLibraries(documents);
  const files = {
    'rfc-papers.jsonl': documents.map((document) => toPaper(document)),
    'rfc-authors.jsonl': makeAuthors(documents),
    'rfc-papers-with-votes.jsonl': documents.map((document) => ({
      ...toPaper(document),
      upvotes: votes.get(document.id) ?? 0,
    })),
    'rfc-libraries.jsonl': readers,
  };
  await mkdir(to, { recursive: true });
  for (const [name, lines] of Object.entries(files)) {
    await writeFile(join(to, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    console.log(`${name}: ${lines.length}`);
  }
}

function toPaper({ id, title, abstract, authors, publishedOn }: RfcDocument) {
  return { id, title, abstract, authors, published_on: publishedOn };
}
