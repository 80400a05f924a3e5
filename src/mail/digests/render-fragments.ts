import { DIGEST_EMAIL_COPY } from '../../copy/en/emails/digest.ts';
import { formatLongDate } from '../../copy/en/format.ts';
import type { ReasonText } from '../../copy/en/reasons.ts';
import type { Digest, RankedPaper } from '../../domain/digests/digest.ts';
import type { DisplayFormat } from '../../domain/digests/digest-layout.ts';
import type { Links } from '../../domain/links/links.ts';
import {
  type Chunk,
  type CreateChunk,
  createHtmlChunk,
  createTextChunk,
} from '../encoding/chunk.ts';
import { toSingleLine, truncateText } from '../encoding/printable.ts';
import { wrapText } from '../encoding/wrap.ts';
import type { FillTemplate, MailTemplates } from '../templates/mail-templates.ts';
import { createPaperEmailView, type PaperEmailView } from '../templates/paper-email-view.ts';
import { type Fragment, measureFixedBytes, TOKEN_PLACEHOLDER } from '../templates/placeholders.ts';
import type { Sender } from '../templates/sender.ts';
import { createSiteView } from '../templates/site-view.ts';
import type { DayFacts, EarlierDigest } from './digest-note.ts';

/** What the mails of all subscribers of a digest share. */
export interface RenderContext {
  templates: MailTemplates;
  sender: Sender;
  digest: Digest;
  papersRead: number;
  /** By slug. */
  topicNames: ReadonlyMap<string, string>;
  /** The previous digests of this kind, the newest first. */
  earlier: readonly EarlierDigest[];
  /** Explains days without a digest. @defaultValue `CALENDAR_ONLY` */
  days?: DayFacts;
}

/** A form in which a paper is rendered, without its reason. */
export interface PaperVariant {
  format: DisplayFormat;
  /** Whether a hairline separates it from the brief before. */
  isRuled: boolean;
  /** Whether its title links to our redirect, which counts the click. */
  isClickTracked: boolean;
  /** Whether it has the source's summary. */
  showsSummaries: boolean;
}

export interface RenderedPaper {
  view: PaperEmailView;
  html: Fragment;
  text: Fragment;
}

export interface Headings {
  html: Record<'briefs', Chunk>;
  text: Record<'darkHorse' | 'briefs', Chunk>;
}

export interface DigestLayouts {
  html: Fragment;
  /** Length of the HTML without the values of its placeholders. */
  htmlBytes: number;
  text: Fragment;
}

/** `paper` as HTML and plain text, with placeholders for its number (plain text only), its reason
 *  and the subscriber's token. */
export function renderPaper(
  context: RenderContext,
  paper: RankedPaper,
  { format, isRuled, isClickTracked, showsSummaries }: PaperVariant,
): RenderedPaper {
  const { templates, sender, topicNames } = context;
  const { html, text } = templates.digest;
  const { links } = sender;
  const token = templates.placeholders.mark(TOKEN_PLACEHOLDER);
  const view = createPaperEmailView(paper, format, links, { showsSummaries });
  const slug = paper.topics[0]?.slug;
  const titleUrl = isClickTracked && links ? links.trackedPaper(token, paper.id) : view.url;
  const htmlView = {
    ...view,
    isRuled,
    titleUrl,
    mute: slug === undefined ? null : createMuteLabel(topicNames.get(slug) ?? slug),
    actions: links && {
      more: links.shortFeedback(token, 'more', paper.rank),
      less: links.shortFeedback(token, 'less', paper.rank),
      mute: slug === undefined ? null : links.shortFeedback(token, 'mute', paper.rank),
      save: links.shortFeedback(token, 'save', paper.rank),
      options: links.shortFeedback(token, 'options', paper.rank),
    },
  };
  const textView = {
    title: wrapText(view.title, INDENT).slice(INDENT.length),
    byline: wrapIfPresent(view.byline),
    text: wrapIfPresent(view.text),
    figure: format === 'brief' ? '' : wrapIfPresent(formatFigure(view)),
    summary: wrapIfPresent(view.summary),
    keywords: wrapIfPresent(view.keywords),
    url: titleUrl,
    codeUrl: view.codeUrl,
    projectUrl: view.projectUrl,
    options: links?.shortFeedback(token, 'options', paper.rank) ?? null,
  };
  return {
    view,
    html: renderFragment(context, html.fragments[format], htmlView, {
      names: ['reason'],
      createChunk: createHtmlChunk,
    }),
    text: renderFragment(context, text.fragments.paper, textView, {
      names: ['number', 'reason'],
      createChunk: createTextChunk,
    }),
  };
}

function createMuteLabel(topicName: string): string {
  return DIGEST_EMAIL_COPY.muteTopicLabel(truncateText(toSingleLine(topicName), MAX_TOPIC));
}

/** The line above a paper: its topics and its reason. Empty without both. */
export function renderKicker(
  { templates }: RenderContext,
  { label, sentence }: ReasonText,
  format: DisplayFormat,
): Chunk {
  if (label === '' && sentence === '') return createHtmlChunk('');
  const { kicker, nightKicker } = templates.digest.html.fragments;
  return createHtmlChunk((format === 'darkHorse' ? nightKicker : kicker)({ label, sentence }));
}

/** The note at the top of the HTML. */
export function renderNote({ templates }: RenderContext, note: string): Chunk {
  return createHtmlChunk(templates.digest.html.fragments.note({ note }));
}

/** The headings between the papers of a digest. */
export function renderHeadings({ templates }: RenderContext): Headings {
  const { html, text } = templates.digest;
  const renderTextHeading = (heading: string) =>
    createTextChunk(text.fragments.heading({ heading, underline: '-'.repeat(heading.length) }));
  return {
    html: { briefs: createHtmlChunk(html.fragments.briefs({})) },
    text: {
      darkHorse: renderTextHeading(DIGEST_EMAIL_COPY.darkHorse),
      briefs: renderTextHeading(DIGEST_EMAIL_COPY.briefs),
    },
  };
}

/** Everything around the papers of a digest with `chosen` papers, `omittedCount` of which had no
 *  room in the HTML. Placeholders are left for the papers and for what depends on the
 *  subscriber. */
export function renderLayouts(
  context: RenderContext,
  chosen: number,
  omittedCount: number,
): DigestLayouts {
  const { templates, digest, sender, papersRead } = context;
  const { links } = sender;
  const token = templates.placeholders.mark(TOKEN_PLACEHOLDER);
  const site = createSiteView(sender);
  const otherCount = links === null ? 0 : papersRead - chosen;
  const others =
    otherCount > 0 ? DIGEST_EMAIL_COPY.otherPapers({ count: otherCount, kind: digest.kind }) : null;
  const { omittedPapers, omittedPapersWithoutSite } = DIGEST_EMAIL_COPY;
  const describeOmitted = links === null ? omittedPapersWithoutSite : omittedPapers;
  const view = {
    ...site,
    longDay: formatLongDate(digest.date),
    number: digest.number,
    paperCount: DIGEST_EMAIL_COPY.paperCount({ read: papersRead, chosen }),
    omitted: omittedCount > 0 ? describeOmitted(omittedCount) : null,
    ending: DIGEST_EMAIL_COPY.ending[digest.kind],
    others,
    ...createSiteUrls(links, digest, token),
    hint: links === null ? DIGEST_EMAIL_COPY.feedbackHint : DIGEST_EMAIL_COPY.unsubscribeHint,
  };
  const placeholderNames = [
    'preheader',
    'readingTime',
    'selectionBasis',
    'notes',
    'subscriptionReason',
    'papers',
  ];
  const textPlaceholderNames = [
    'summary',
    'notes',
    'selectionBasis',
    'subscriptionReason',
    'papers',
  ];
  const textView = {
    ...view,
    others: others && wrapText(`${others.link} ${others.rest}:`),
    hint: links === null ? wrapText(view.hint) : null,
    links: alignLabels([
      [DIGEST_EMAIL_COPY.settings, view.preferencesUrl],
      [DIGEST_EMAIL_COPY.unsubscribe, view.unsubscribeUrl],
      [DIGEST_EMAIL_COPY.readOnline, view.viewUrl],
    ]),
    postalAddress: site.postalAddress === null ? null : wrapText(site.postalAddress),
  };
  const html = renderFragment(context, templates.digest.html.layout, view, {
    names: placeholderNames,
    createChunk: createHtmlChunk,
  });
  return {
    html,
    htmlBytes: measureFixedBytes(html),
    text: renderFragment(context, templates.digest.text.layout, textView, {
      names: textPlaceholderNames,
      createChunk: createTextChunk,
    }),
  };
}

/** The pages of the site that a digest links to; null without a site. */
function createSiteUrls(links: Links | null, { kind, date }: Digest, token: string) {
  return {
    othersUrl: links && (kind === 'daily' ? links.papersOn(date) : links.digest(kind, date)),
    viewUrl: links?.view(token) ?? null,
    preferencesUrl: links?.preferences(token) ?? null,
    unsubscribeUrl: links?.unsubscribe(token) ?? null,
  };
}

/** Lines of a label and a URL, with the URLs below one another; none for labels without one. */
function alignLabels(links: readonly (readonly [label: string, url: string | null])[]): string[] {
  const width = Math.max(...links.map(([label]) => label.length));
  return links
    .filter(([, url]) => url !== null)
    .map(([label, url]) => `${`${label}:`.padEnd(width + 1)}  ${url}`);
}

/** The rendered template, divided at its placeholders. */
function renderFragment(
  { templates }: RenderContext,
  renderTemplate: FillTemplate,
  view: object,
  { names, createChunk }: { names: readonly string[]; createChunk: CreateChunk },
): Fragment {
  const markers = names.map((name) => [name, templates.placeholders.mark(name)]);
  const rendered = renderTemplate({ ...view, ...Object.fromEntries(markers) });
  return templates.placeholders.split(rendered, createChunk);
}

/** `42 MB: “holds peak memory at 42 MB”`, or empty when `text` contains the quotation. */
function formatFigure({ figure, text }: PaperEmailView): string {
  if (figure === null || text.includes(figure.quote)) return '';
  return `${figure.figure}: “${figure.quote}”`;
}

function wrapIfPresent(text: string): string {
  return text === '' ? '' : wrapText(text, INDENT);
}

/** Indentation of a paper in the plain text, as wide as its number. */
export const INDENT = '    ';

/** In characters. */
const MAX_TOPIC = 60;
