import type { Db } from '../../db/client.ts';
import {
  type DigestSummary,
  findDigestById,
  listDigestPapers,
  matchKeywords,
} from '../../db/digests.ts';
import { listTopics } from '../../db/topics.ts';
import type { RankedPaper, Selection } from '../../domain/digest.ts';
import type { KeywordMatches } from '../../domain/interest.ts';
import { keepNewest } from '../../domain/keep-newest.ts';
import { mostDiscussedRank } from '../../domain/ranking.ts';
import { dayOf } from '../../domain/schedule.ts';
import { type Chooser, createSelector } from '../../domain/selection.ts';
import { similarityOf } from '../../domain/similarity.ts';
import type { Subscriber } from '../../domain/subscriber.ts';
import { createTermIndex, type TermIndex } from '../../domain/term-index.ts';
import { type Copy, type Edition, renderEdition } from '../../mail/edition.ts';
import type { Sender } from '../../mail/sender.ts';
import type { MailTemplates } from '../../mail/templates.ts';
import { readNoteFacts } from './note-facts.ts';
import type { TermStatistics } from './term-statistics.ts';

/** A digest with everything that its readers share, loaded and rendered once. */
export interface OpenEdition {
  digest: DigestSummary;
  papers: RankedPaper[];
  /** The same as mail. */
  mail: Edition;
  topicNames: ReadonlyMap<string, string>;
  /** What chooses for each of these readers; `seen` names what each was mailed before. */
  chooserFor(
    readers: readonly IdentifiedChooser[],
    seen: ReadonlyMap<number, ReadonlySet<string>>,
  ): Promise<(reader: IdentifiedChooser) => Selection>;
}

type IdentifiedChooser = Chooser & Pick<Subscriber, 'id'>;

/** Opens editions by digest id; null when there is no such digest. */
export type Editions = (digestId: number) => Promise<OpenEdition | null>;

/** Digests kept open at the same time: today's of both kinds, and those that are retried. */
const KEPT = 4;

const NOTHING: ReadonlySet<string> = new Set();

export interface EditionDeps {
  db: Db;
  templates: MailTemplates;
  sender: Sender;
  termStatistics: TermStatistics;
  /** How many days after its list each source's papers may be used. @defaultValue no source */
  usableAfterDays?: readonly (0 | 1)[];
}

/** Opens digests for sending, each once; the newest stay open. */
export function createEditions(deps: EditionDeps): Editions {
  const open = new Map<number, Promise<OpenEdition | null>>();
  return (digestId) => {
    const known = open.get(digestId);
    if (known) return known;
    const opening = openEdition(deps, digestId);
    open.set(digestId, opening);
    const forget = () => open.delete(digestId);
    opening.then((edition) => edition ?? forget(), forget);
    keepNewest(open, KEPT);
    return opening;
  };
}

async function openEdition(
  { db, templates, sender, termStatistics, usableAfterDays = [] }: EditionDeps,
  digestId: number,
): Promise<OpenEdition | null> {
  const digest = await findDigestById(db, digestId);
  if (!digest) return null;
  const papers = await listDigestPapers(db, digestId);
  const topics = await listTopics(db);
  const topicNames = new Map(topics.map(({ slug, name }) => [slug, name]));
  const { earlier, days } = await readNoteFacts(db, digest, usableAfterDays);
  const matchesOf = createKeywordMatches((words) => matchKeywords(db, digestId, words));
  const select = createSelector({
    kind: digest.kind,
    papers,
    similarity: similarityOf(papers),
    topicNames,
    mostDiscussedRank: mostDiscussedRank(papers),
  });
  let terms: Promise<TermIndex> | null = null;
  const indexTerms = () => {
    terms ??= termStatistics().then((idf) => createTermIndex(papers, idf));
    terms.catch(() => {
      terms = null;
    });
    return terms;
  };
  return {
    digest,
    papers,
    topicNames,
    mail: renderEdition(templates, sender, digest, papers, { topicNames, earlier, days }),
    chooserFor: async (readers, seen) => {
      const keywords = [...new Set(readers.flatMap((reader) => reader.keywords))];
      const keywordMatches = await matchesOf(keywords);
      const hasTaught = readers.some(({ learned }) => learned !== null);
      const terms = hasTaught ? await indexTerms() : null;
      return (reader) =>
        select(reader, { seen: seen.get(reader.id) ?? NOTHING, keywordMatches, terms });
    },
  };
}

/** Keywords whose matches are kept: readers write them, so there is no end to them. */
const MOST_KEYWORDS = 20_000;

/** Looks keywords up, each once: a digest is frozen, and full text costs more than all else. */
function createKeywordMatches(
  match: (keywords: readonly string[]) => Promise<Map<string, Set<number>>>,
): (keywords: readonly string[]) => Promise<KeywordMatches> {
  const known = new Map<string, ReadonlySet<number>>();
  return async (keywords) => {
    const unknown = keywords.filter((keyword) => !known.has(keyword));
    const found = unknown.length === 0 ? new Map() : await match(unknown);
    if (known.size + found.size > MOST_KEYWORDS) known.clear();
    for (const [keyword, ranks] of found) known.set(keyword, ranks);
    const missing = keywords.filter((keyword) => !known.has(keyword));
    return missing.length === 0 ? known : match(keywords);
  };
}

/** What the mail needs to know of a reader to put their copy together. */
export function copyFor(
  { digest, topicNames }: OpenEdition,
  reader: Subscriber & { quietSince?: string | null },
  { token, selection }: { token: string; selection: Selection },
): Copy {
  const { quietSince = null } = reader;
  return {
    token,
    selection,
    darkHorseRank: selection.find(({ isDarkHorse }) => isDarkHorse)?.rank ?? null,
    topicNames: reader.topics.map((slug) => topicNames.get(slug) ?? slug),
    keywords: reader.keywords,
    preferences: reader,
    askedOn: dayOf(reader.confirmedAt ?? reader.createdAt),
    email: reader.email,
    allowsClicks: reader.allowsClicks,
    quietSince: quietSince !== null && quietSince < digest.date ? quietSince : null,
  };
}
