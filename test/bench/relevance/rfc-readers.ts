import { createSeededRandom, shuffle } from '../../support/random.ts';
import type { RfcDocument } from './rfc-documents.ts';

/** A line of a file of readers. */
interface RfcReader {
  reader: string;
  liked: { id: string; on: string }[];
  wanted: string[];
  candidates: string[];
}

/** Papers of a day. */
const DAY_PAPERS = 200;

/** Authors write over decades, readers give feedback over a year or two. */
const TIME_FACTOR = 8;

const MAX_WANTED = 10;
const MAX_LIKED = 60;

/** Bodies and editors that sign RFCs on every subject. */
const NOT_PEOPLE = new Set([
  ...['Internet Architecture Board', 'IAB', 'IESG', 'RFC Editor'],
  ...['Information Sciences Institute', 'J. Postel', 'J. Reynolds'],
]);

const MIN_WRITTEN = 8;

/**
 * Authors of at least eight RFCs: the earlier ones are liked, the last two fifths (three to ten)
 * wanted. The other papers of the day are of the same years.
 */
export function makeAuthors(documents: readonly RfcDocument[]): RfcReader[] {
  const random = createSeededRandom(11);
  const authors = [...groupByAuthor(documents)]
    .filter(([name, written]) => written.length >= MIN_WRITTEN && !NOT_PEOPLE.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return authors.map(([name, written], index) => {
    const wantedCount = Math.min(MAX_WANTED, Math.max(3, Math.floor(written.length * 0.4)));
    const liked = written.slice(0, -wantedCount);
    const wanted = written.slice(-wantedCount);
    const years = wanted.map(({ publishedOn }) => Number(publishedOn.slice(0, 4)));
    const pool = documents.filter(({ publishedOn, authors }) => {
      const year = Number(publishedOn.slice(0, 4));
      const isNear = year >= Math.min(...years) - 1 && year <= Math.max(...years) + 1;
      return isNear && !authors.includes(name);
    });
    const others = shuffle(pool, random).slice(0, DAY_PAPERS - wantedCount);
    return {
      reader: `a${index}`,
      liked: compressTime(liked.map(({ id, publishedOn }) => ({ id, on: publishedOn }))),
      wanted: wanted.map(({ id }) => id),
      candidates: [...wanted, ...others].map(({ id }) => id).sort(),
    };
  });
}

const MIN_LIBRARY = 20;
const MAX_LIBRARY = 600;
const MAX_LIBRARIES = 500;
const MAX_VOTERS = 1500;
/** What more of the authors cite is boilerplate, such as the words MUST and SHOULD. */
const MAX_CITING_SHARE = 0.03;
/** Share of the other papers that are of the area of a paper of the library. */
const SAME_AREA_SHARE = 0.7;

/**
 * Authors with the RFCs that they cite as their library: ten of the last third are wanted, up to 60
 * others are liked. `votes` counts the authors who cite a paper, of 1,500 who are no readers.
 */
export function makeLibraries(documents: readonly RfcDocument[]): {
  readers: RfcReader[];
  votes: Map<string, number>;
} {
  const random = createSeededRandom(12);
  const byId = new Map(documents.map((document) => [document.id, document]));
  const libraries = [...groupByAuthor(documents)].map(([name, written]) => ({
    name,
    written: new Set(written.map(({ id }) => id)),
    cited: listCited(written, byId),
  }));
  const citing = new Map<string, number>();
  for (const { cited } of libraries)
    for (const { id } of cited) citing.set(id, (citing.get(id) ?? 0) + 1);
  const maxCiting = MAX_CITING_SHARE * libraries.filter(({ cited }) => cited.length > 0).length;
  const isCommon = (id: string) => (citing.get(id) ?? 0) > maxCiting;
  const people = shuffle(libraries, random);
  const readers = people
    .filter(({ cited }) => {
      const count = cited.filter(({ id }) => !isCommon(id)).length;
      return count >= MIN_LIBRARY && count <= MAX_LIBRARY;
    })
    .slice(0, MAX_LIBRARIES);
  const isReader = new Set(readers);
  const votes = new Map<string, number>();
  for (const { cited } of people.filter((each) => !isReader.has(each)).slice(0, MAX_VOTERS))
    for (const { id } of cited) votes.set(id, (votes.get(id) ?? 0) + 1);
  const pool = documents.filter(({ id }) => (citing.get(id) ?? 0) >= 2 && !isCommon(id));
  const drawFrom = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)];
  const areas = new Map<string, RfcDocument[]>();
  for (const document of pool)
    areas.set(document.area, [...(areas.get(document.area) ?? []), document]);
  return {
    votes,
    readers: readers.map(({ written, cited }, index) => {
      const library = cited.filter(({ id }) => !isCommon(id));
      const newest = library.slice(-Math.max(MAX_WANTED, Math.floor(library.length / 3)));
      const wanted = new Set(
        shuffle(newest, random)
          .slice(0, MAX_WANTED)
          .map(({ id }) => id),
      );
      const own = new Set([...written, ...cited.map(({ id }) => id)]);
      const day = new Set(wanted);
      for (let draw = 0; draw < 100 * DAY_PAPERS && day.size < DAY_PAPERS; draw += 1) {
        const area = byId.get(drawFrom(library)?.id ?? '')?.area ?? '';
        const other = drawFrom(random() < SAME_AREA_SHARE ? (areas.get(area) ?? pool) : pool);
        if (other && !own.has(other.id)) day.add(other.id);
      }
      return {
        reader: `l${index}`,
        liked: compressTime(library.filter(({ id }) => !wanted.has(id)).slice(-MAX_LIKED)),
        wanted: [...wanted],
        candidates: [...day].sort(),
      };
    }),
  };
}

/** Each author's documents, the oldest first. */
function groupByAuthor(documents: readonly RfcDocument[]): Map<string, RfcDocument[]> {
  const written = new Map<string, RfcDocument[]>();
  const byDay = [...documents].sort((a, b) => (a.publishedOn < b.publishedOn ? -1 : 1));
  for (const document of byDay)
    for (const author of document.authors)
      written.set(author, [...(written.get(author) ?? []), document]);
  return written;
}

/** What the documents cite, with the day on which they first did, the oldest first. */
function listCited(
  written: readonly RfcDocument[],
  byId: ReadonlyMap<string, RfcDocument>,
): { id: string; on: string }[] {
  const own = new Set(written.map(({ id }) => id));
  const cited = new Map<string, string>();
  for (const { cites, publishedOn } of written)
    for (const id of cites)
      if (byId.has(id) && !own.has(id) && !cited.has(id)) cited.set(id, publishedOn);
  return [...cited].map(([id, on]) => ({ id, on }));
}

/** The same judgements, with the time between each and the last one divided. */
function compressTime(judged: readonly { id: string; on: string }[]): { id: string; on: string }[] {
  const end = Date.parse(judged.at(-1)?.on ?? '');
  return judged.map(({ id, on }) => ({
    id,
    on: new Date(end - (end - Date.parse(on)) / TIME_FACTOR).toISOString().slice(0, 10),
  }));
}
