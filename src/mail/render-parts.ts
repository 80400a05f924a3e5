import { describeLongDay } from '../domain/describe.ts';
import type { Digest, RankedPaper } from '../domain/digest.ts';
import type { Form } from '../domain/layout.ts';
import { ENDINGS, othersOf, papersOf } from './edition-words.ts';
import type { EarlierDigest } from './note-words.ts';
import { type PaperView, viewPaper } from './paper-view.ts';
import { type Piece, pieceOf } from './piece.ts';
import { clip, oneLine } from './printable.ts';
import type { Sender } from './sender.ts';
import { PREHEADER_PADDING, viewSite } from './site-view.ts';
import { bytesOf, type Part, TOKEN_SLOT } from './slots.ts';
import type { Fill, MailTemplates } from './templates.ts';
import { wrap } from './wrap.ts';

/** What all copies have in common. */
export interface RenderContext {
  templates: MailTemplates;
  sender: Sender;
  digest: Digest;
  papersRead: number;
  /** By slug. */
  topicNames: ReadonlyMap<string, string>;
  /** The digests of this kind before, the newest first. */
  earlier: readonly EarlierDigest[];
}

/** How a paper stands in a mail, but for its reason. */
export interface Variant {
  form: Form;
  /** A hairline parts it from the brief before. */
  isRuled: boolean;
  /** Its title leads by way of us, since the reader allows that clicks are counted. */
  isCounted: boolean;
}

export interface RenderedPaper {
  view: PaperView;
  html: Part;
  text: Part;
}

export interface Headings {
  html: Record<'briefs', Piece>;
  text: Record<'darkHorse' | 'briefs', Piece>;
}

export interface Frames {
  html: Part;
  /** Length of the HTML without what fills the slots. */
  htmlBytes: number;
  text: Part;
}

/** `paper` as mail, with slots for its `number` (plain text), its `reason` and the reader's `token`. */
export function renderPaper(
  context: RenderContext,
  paper: RankedPaper,
  { form, isRuled, isCounted }: Variant,
): RenderedPaper {
  const { templates, sender, topicNames } = context;
  const { html, text } = templates.digest;
  const { links } = sender;
  const token = templates.slots.mark(TOKEN_SLOT);
  const view = viewPaper(paper, form, links);
  const slug = paper.topics[0]?.slug;
  const titleUrl = isCounted ? links.read(token, paper.id) : view.url;
  const htmlView = {
    ...view,
    isRuled,
    titleUrl,
    topic: slug === undefined ? null : clip(oneLine(topicNames.get(slug) ?? slug), MAX_TOPIC),
    actions: {
      more: links.feedback(token, 'more', paper.id),
      less: links.feedback(token, 'less', paper.id),
      mute: slug === undefined ? null : links.muteTopic(token, slug),
      save: links.feedback(token, 'save', paper.id),
    },
  };
  const textView = {
    title: wrap(view.title, INDENT).slice(INDENT.length),
    byline: wrapUnlessEmpty(view.byline),
    text: wrapUnlessEmpty(view.text),
    figure: form === 'brief' ? '' : wrapUnlessEmpty(figureLine(view)),
    url: titleUrl,
    codeUrl: view.codeUrl,
    options: links.feedback(token, 'options', paper.id),
  };
  return {
    view,
    html: render(context, html.parts[form], htmlView, ['reason']),
    text: render(context, text.parts.paper, textView, ['number', 'reason']),
  };
}

/** A note as it stands at the top of the HTML. */
export function renderNote({ templates }: RenderContext, note: string): Piece {
  return pieceOf(templates.digest.html.parts.note({ note }));
}

/** The headings inside an edition. */
export function renderHeadings({ templates }: RenderContext): Headings {
  const { html, text } = templates.digest;
  return {
    html: { briefs: pieceOf(html.parts.briefs({})) },
    text: { darkHorse: pieceOf(text.parts.darkHorse({})), briefs: pieceOf(text.parts.briefs({})) },
  };
}

/** Everything around the papers of a copy with `chosen` papers, `cut` of which had no room in the
 *  HTML; with slots for the papers and for the reader's own words and token. */
export function renderFrames(context: RenderContext, chosen: number, cut: number): Frames {
  const { templates, digest, sender, papersRead } = context;
  const { links } = sender;
  const token = templates.slots.mark(TOKEN_SLOT);
  const { ending, place } = ENDINGS[digest.kind];
  const { others, othersAre } = othersOf(papersRead - chosen, place);
  const site = viewSite(sender);
  const view = {
    ...site,
    longDay: describeLongDay(digest.date),
    number: digest.number,
    papersRead: papersOf(papersRead),
    chosen,
    cut,
    ending,
    others,
    othersAre,
    othersUrl:
      digest.kind === 'daily'
        ? links.papersOf(digest.date)
        : links.digest(digest.kind, digest.date),
    viewUrl: links.view(token),
    preferencesUrl: links.preferences(token),
    unsubscribeUrl: links.unsubscribe(token),
    preheaderPadding: PREHEADER_PADDING,
  };
  const slots = ['preheader', 'readingTime', 'choice', 'notes', 'why', 'papers'];
  const textSlots = ['summary', 'notes', 'choice', 'why', 'papers'];
  const textView = {
    ...view,
    others: others === '' ? '' : wrap(`${others} ${othersAre}:`),
    postalAddress: site.postalAddress === null ? null : wrap(site.postalAddress),
  };
  const html = render(context, templates.digest.html.frame, view, slots);
  return {
    html,
    htmlBytes: bytesOf(html),
    text: render(context, templates.digest.text.frame, textView, textSlots),
  };
}

/** The filled template, cut at its slots. */
function render(
  { templates }: RenderContext,
  fill: Fill,
  view: object,
  names: readonly string[],
): Part {
  const marks = names.map((name) => [name, templates.slots.mark(name)]);
  return templates.slots.cut(fill({ ...view, ...Object.fromEntries(marks) }));
}

/** `42 MB: “holds peak memory at 42 MB”`, unless the sentences above say it already. */
function figureLine({ figure, text }: PaperView): string {
  if (figure === null || text.includes(figure.quote)) return '';
  return `${figure.figure}: “${figure.quote}”`;
}

function wrapUnlessEmpty(text: string): string {
  return text === '' ? '' : wrap(text, INDENT);
}

/** Under every paper of the plain text, as wide as its number. */
export const INDENT = '    ';

/** In characters. */
const MAX_TOPIC = 60;
