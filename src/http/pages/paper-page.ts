import { countOf, describeAuthors, describeDay, describeList } from '../../domain/describe.ts';
import { splitTitle } from '../../domain/headline.ts';
import type { Paper } from '../../domain/paper.ts';
import { firstSentences } from '../../domain/sentences.ts';
import { describeSource } from '../../domain/source-name.ts';
import type { Frames } from './frame.ts';
import { digestHref, paperHref, papersHref, referenceHref, topicHref } from './hrefs.ts';
import { codeLink, paperLink, pdfLink } from './paper-links.ts';
import { INDEX_ROOM, paperModel } from './paper-model.ts';
import type { DigestEntry, PaperView } from './views.ts';

/** One paper with its whole abstract, its topics, and where else it is to be found. */
export function paperPage(view: PaperView, frames: Frames) {
  const { paper, topics, digests, similar } = view;
  const { base } = frames;
  const names = new Map(topics.map(({ slug, name }) => [slug, name]));
  return {
    frame: frames.of({
      title: paper.title,
      description: firstSentences(paper.abstract, { most: 2, maxLength: 200 }),
      publicPath: paperHref('', paper.id),
      isArticle: true,
    }),
    ...splitTitle(paper.title),
    paragraphs: paper.abstract.split(/\n\s*\n/),
    facts: factsOf(view),
    source: paperLink(paper),
    pdf: pdfLink(paper),
    code: codeLink(paper),
    bibtexHref: referenceHref(base, paper.id, 'bib'),
    risHref: referenceHref(base, paper.id, 'ris'),
    topics: paper.topics.map(({ slug }) => ({
      name: names.get(slug) ?? slug,
      href: topicHref(base, slug),
    })),
    hasTopics: paper.topics.length > 0,
    digests: digests.map((digest) => ({
      text: digestText(digest),
      href: digestHref(base, digest),
    })),
    hasDigests: digests.length > 0,
    similar: similar.map((each) => paperModel(each, { base, room: INDEX_ROOM })),
    hasSimilar: similar.length > 0,
    dayHref: papersHref(base, { date: paper.listedOn }),
    day: describeDay(paper.listedOn),
    sources: view.sources.map(describeSource),
  };
}

interface Fact {
  term: string;
  text: string;
}

function factsOf({ paper, withdrawnOn }: PaperView): Fact[] {
  return [
    { term: 'Withdrawn', text: withdrawnOn === null ? '' : describeDay(withdrawnOn) },
    { term: 'By', text: whoOf(paper) },
    { term: 'Published', text: paper.publishedOn === null ? '' : describeDay(paper.publishedOn) },
    { term: 'Discussion', text: discussionOf(paper) },
  ].filter((fact) => fact.text !== '');
}

/** Every name that is known: here is room for them. */
function whoOf(paper: Paper): string {
  if (paper.authors.length === 0) return describeAuthors(paper);
  const unnamed = (paper.authorCount ?? 0) - paper.authors.length;
  const names = unnamed > 0 ? [...paper.authors, `${unnamed} more`] : paper.authors;
  return paper.organization ? `${describeList(names)}, ${paper.organization}` : describeList(names);
}

function discussionOf({ comments, upvotes }: Paper): string {
  return [
    comments > 0 ? countOf(comments, 'comment') : '',
    upvotes > 0 ? countOf(upvotes, 'upvote') : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function digestText({ kind, date, number }: DigestEntry): string {
  return `${kind === 'weekly' ? 'Weekly' : 'Daily'} No. ${number}, ${describeDay(date)}`;
}
