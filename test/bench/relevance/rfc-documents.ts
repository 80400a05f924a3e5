import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** An RFC as a paper, with the RFCs that it cites. */
export interface RfcDocument {
  id: string;
  title: string;
  abstract: string;
  authors: string[];
  /** `YYYY-MM-DD`; RFCs have months, so that the day comes from the number. */
  publishedOn: string;
  /** The end of its stream, which names the IETF's area or the group: `RTG`, `INDEPENDENT`. */
  area: string;
  /** Ids, in order. */
  cites: string[];
}

interface RfcMetadata {
  doc_id: string;
  title: string;
  authors: string[];
  source: string | null;
  abstract: string | null;
  pub_date: string;
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

/** Reads the RFCs in a folder with Debian's `doc-rfc-*` packages, each once, ordered by id. */
export async function readRfcDocuments(folder: string): Promise<RfcDocument[]> {
  const entries = await readdir(folder, { recursive: true });
  const texts = new Map<string, string>();
  for (const name of entries) {
    const [, number] = /(?:^|\/)rfc0*(\d+)\.txt(?:\.gz)?$/.exec(name) ?? [];
    if (number !== undefined) texts.set(toRfcId(number), name);
  }
  const documents = new Map<string, RfcDocument>();
  for (const name of entries.filter((each) => /(?:^|\/)rfc\d+\.json(?:\.gz)?$/.test(each))) {
    const [, number = ''] = /rfc0*(\d+)\.json/.exec(name) ?? [];
    if (documents.has(toRfcId(number))) continue;
    const metadata = JSON.parse(await readUnpacked(join(folder, name))) as RfcMetadata;
    const textName = texts.get(metadata.doc_id);
    const text = textName === undefined ? '' : await readUnpacked(join(folder, textName));
    const document = toDocument(metadata, text);
    if (document !== null) documents.set(document.id, document);
  }
  return [...documents.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function readUnpacked(path: string): Promise<string> {
  const bytes = await readFile(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

function toDocument(metadata: RfcMetadata, text: string): RfcDocument | null {
  const { doc_id: id } = metadata;
  const [month = '', year] = metadata.pub_date.split(/\s+/).slice(-2);
  const title = metadata.title.replace(/\s+/g, ' ').trim();
  if (title === '' || title === 'Not Issued' || year === undefined) return null;
  const day = (Number(id.slice('RFC'.length)) % 27) + 1;
  const cited = [...text.matchAll(/\bRFC[ -]?0*(\d{3,4})\b/g)].map(([, number]) =>
    toRfcId(number ?? ''),
  );
  return {
    id,
    title,
    abstract: (metadata.abstract ?? '').replace(/\s+/g, ' ').trim(),
    authors: [...new Set(metadata.authors.map(cleanAuthor))].filter((name) => name.length > 3),
    publishedOn: `${year}-${pad(MONTHS.indexOf(month) + 1 || 1)}-${pad(day)}`,
    area: metadata.source?.split(/\s+/).at(-1) ?? '',
    cites: [...new Set(cited)].filter((each) => each !== id).sort(),
  };
}

function toRfcId(number: string): string {
  return `RFC${number.padStart(4, '0')}`;
}

function cleanAuthor(name: string): string {
  return name.replace(/,? ?(?:Ed\.?|Editor)$/, '').trim();
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
