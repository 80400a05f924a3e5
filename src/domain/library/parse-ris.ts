import type { ParsedEntry } from './library-entry.ts';
import { iterateLines } from './text-lines.ts';

/** `TI  - A title`; PubMed's tags have up to four letters: `PMID- 123`. */
const TAG_LINE = /^([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)$/;

/** In characters, of one field. */
const MAX_FIELD_CHARS = 20_000;

/** Yields the records of an RIS file, or of PubMed's format, which looks like it. */
export function* parseRis(text: string): Generator<ParsedEntry> {
  let fields: Map<string, string[]> | null = null;
  let last: string[] = [];
  for (const line of iterateLines(text)) {
    const [, tag, value = ''] = TAG_LINE.exec(line) ?? [];
    if (tag === undefined) {
      appendLine(last, line);
      continue;
    }
    if (STARTING_TAGS.has(tag) || tag === 'ER') {
      if (fields !== null) yield toRawEntry(fields);
      fields = tag === 'ER' ? null : new Map();
      last = [];
      continue;
    }
    if (fields === null) continue;
    last = fields.get(tag) ?? [];
    last.push(value.slice(0, MAX_FIELD_CHARS));
    fields.set(tag, last);
  }
  if (fields !== null) yield toRawEntry(fields);
}

const STARTING_TAGS: ReadonlySet<string> = new Set(['TY', 'PMID']);

/** A long value continues on the next lines. */
function appendLine(values: string[], line: string): void {
  const value = values.at(-1);
  if (value === undefined || value.length > MAX_FIELD_CHARS) return;
  values[values.length - 1] = `${value} ${line.trim().slice(0, MAX_FIELD_CHARS)}`;
}

function toRawEntry(fields: ReadonlyMap<string, string[]>): ParsedEntry {
  const all = (...tags: string[]) => tags.flatMap((tag) => fields.get(tag) ?? []);
  return {
    title: all('TI', 'T1', 'CT')[0] ?? '',
    abstract: all('AB', 'N2')[0] ?? '',
    doi: all('DO')[0] ?? all('LID', 'AID').find((id) => id.includes('[doi]')) ?? '',
    mentions: all('UR', 'L1', 'L2', 'LK', 'AN', 'T2', 'JO', 'JF', 'M1', 'M3', 'N1', 'PB').slice(
      0,
      20,
    ),
  };
}
