import { describeLongDay } from '../domain/describe.ts';
import type { Digest, RankedPaper } from '../domain/digest.ts';
import { ENDINGS, othersOf, papersOf } from './edition-words.ts';
import type { Form } from './layout.ts';
import { type PaperView, viewPaper } from './paper-view.ts';
import { type Piece, pieceOf } from './piece.ts';
import type { Sender } from './sender.ts';
import { PREHEADER_PADDING, viewSite } from './site-view.ts';
import { bytesOf, type Part } from './slots.ts';
import type { Fill, MailTemplates } from './templates.ts';
import { wrap } from './wrap.ts';

/** What all copies have in common. */
export interface RenderContext {
  templates: MailTemplates;
  sender: Sender;
  digest: Digest;
  papersRead: number;
}

export interface RenderedPaper {
  view: PaperView;
  html: Part;
  /** Length of the HTML without the reason. */
  htmlBytes: number;
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

/** `paper` as a `form`, with slots for its `number` (plain text) and its `reason`; `isRuled` puts a
 *  hairline above a brief. */
export function renderPaper(
  context: RenderContext,
  paper: RankedPaper,
  form: Form,
  isRuled: boolean,
): RenderedPaper {
  const { html, text } = context.templates.digest;
  const view = viewPaper(paper, form, context.sender.links);
  const renderedHtml = render(context, html.parts[form], { ...view, isRuled }, ['reason']);
  return {
    view,
    html: renderedHtml,
    htmlBytes: bytesOf(renderedHtml),
    text: render(
      context,
      text.parts.paper,
      {
        title: wrap(view.title, INDENT).slice(INDENT.length),
        byline: wrapUnlessEmpty(view.byline),
        text: wrapUnlessEmpty(view.text),
        figure: form === 'brief' ? '' : wrapUnlessEmpty(figureLine(view)),
        url: view.url,
        codeUrl: view.codeUrl,
      },
      ['number', 'reason'],
    ),
  };
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
  const token = templates.slots.mark('token');
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
  const slots = ['preheader', 'readingTime', 'choice', 'why', 'papers'];
  const textSlots = ['summary', 'choice', 'why', 'papers'];
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
