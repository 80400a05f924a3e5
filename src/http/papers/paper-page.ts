import { describeAuthors, formatDate, formatQuantity, joinNames } from '../../copy/en/format.ts';
import { DIGESTS_COPY } from '../../copy/en/pages/digests.ts';
import { PAPERS_COPY } from '../../copy/en/pages/papers.ts';
import { formatDoiUrl } from '../../domain/papers/doi.ts';
import type { Paper } from '../../domain/papers/paper.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { describeSource } from '../../domain/sources/source-name.ts';
import { showAbstract } from '../../domain/text/shown-text.ts';
import { citationHref, digestHref, paperHref, papersHref, topicHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { PaperPageView } from '../pages/views.ts';
import { linkToCode, linkToPdf, linkToProject, linkToSource } from './paper-links.ts';
import { buildPaperModel } from './paper-model.ts';

/** One paper with its abstract, topics, digests and similar papers. */
export function buildPaperPage(view: PaperPageView, layouts: PageLayouts) {
  const { paper, topics, digests, similar } = view;
  const { base } = layouts;
  const names = new Map(topics.map(({ slug, name }) => [slug, name]));
  return {
    layout: layouts.create({
      title: paper.title,
      description: showAbstract(paper, 'brief').text,
      publicPath: paperHref('', paper.id),
      isArticle: true,
    }),
    ...splitTitle(paper.title),
    paragraphs: paper.abstract.split(/\n\s*\n/),
    facts: listFacts(view),
    source: linkToSource(paper),
    pdf: linkToPdf(paper),
    code: linkToCode(paper),
    project: linkToProject(paper),
    summary: paper.details.summary && {
      title: COPY.summaryBy(paper.details.summary.by),
      text: paper.details.summary.text,
    },
    doi: paper.details.doi && {
      text: paper.details.doi,
      href: formatDoiUrl(paper.details.doi),
    },
    bibtexHref: citationHref(base, paper.id, 'bib'),
    risHref: citationHref(base, paper.id, 'ris'),
    topics: paper.topics.map(({ slug }) => ({
      name: names.get(slug) ?? slug,
      href: topicHref(base, slug),
    })),
    hasTopics: paper.topics.length > 0,
    digests: digests.map((digest) => ({
      text: describeDigest(digest),
      href: digestHref(base, digest),
    })),
    hasDigests: digests.length > 0,
    similar: similar.map((each) => buildPaperModel(each, { base, format: 'brief' })),
    hasSimilar: similar.length > 0,
    dayHref: papersHref(base, { date: paper.listedOn }),
    day: formatDate(paper.listedOn),
    sources: view.sources.map(describeSource),
  };
}

interface Fact {
  term: string;
  text: string;
}

function listFacts({ paper, withdrawnOn }: PaperPageView): Fact[] {
  return [
    { term: COPY.withdrawn, text: withdrawnOn === null ? '' : formatDate(withdrawnOn) },
    { term: COPY.by, text: describeAllAuthors(paper) },
    { term: COPY.published, text: paper.publishedOn === null ? '' : formatDate(paper.publishedOn) },
    { term: COPY.venue, text: paper.details.venue ?? '' },
    { term: COPY.keywords, text: paper.details.keywords.join(', ') },
    { term: COPY.discussion, text: describeDiscussion(paper) },
  ].filter((fact) => fact.text !== '');
}

/** All known names, unlike in a byline. */
function describeAllAuthors(paper: Paper): string {
  if (paper.authors.length === 0) return describeAuthors(paper);
  const unnamed = (paper.authorCount ?? 0) - paper.authors.length;
  const names = unnamed > 0 ? [...paper.authors, COPY.more(unnamed)] : paper.authors;
  return paper.organization ? `${joinNames(names)}, ${paper.organization}` : joinNames(names);
}

function describeDiscussion({ comments, upvotes }: Paper): string {
  return [
    comments > 0 ? formatQuantity(comments, 'comment') : '',
    upvotes > 0 ? formatQuantity(upvotes, 'upvote') : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function describeDigest({ kind, date, number }: PaperPageView['digests'][number]): string {
  return COPY.digest({ kind: DIGESTS_COPY.kinds[kind], number, day: formatDate(date) });
}

const COPY = PAPERS_COPY.paper;
