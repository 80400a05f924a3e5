import { formatDate, formatLongDate } from '../../copy/en/format.ts';
import { FRONT_COPY } from '../../copy/en/pages/front.ts';
import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import { showAbstract } from '../../domain/text/shown-text.ts';
import { isOffered } from '../../domain/topics/topic.ts';
import { papersHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { FrontView } from '../pages/views.ts';
import { buildSignUpFormModel } from '../subscribers/signup-form.ts';
import { buildTopicsBar } from '../topics/topics-bar.ts';
import { linkToSource } from './paper-links.ts';
import { buildPaperModel } from './paper-model.ts';
import { buildWeekModel, linkToDay } from './week.ts';

/** The papers of the newest day: the most discussed leads, three stories follow, then a list. */
export function buildFrontPage(view: FrontView, layouts: PageLayouts) {
  const { base } = layouts;
  const [lead, ...others] = view.papers;
  const stories = others.slice(0, MAX_FRONT_STORIES);
  const list = others.slice(MAX_FRONT_STORIES, MAX_FRONT_STORIES + LIST_LENGTH);
  return {
    layout: layouts.create({
      title: null,
      description: FRONT_COPY.description(formatDate(view.day)),
      publicPath: '/',
      isFront: true,
      action: { text: LAYOUT_COPY.signUp, href: '#sign-up' },
    }),
    date: formatLongDate(view.day),
    number: view.number === null ? null : FRONT_COPY.number(view.number),
    week: buildWeekModel(view, { base, today: view.today }),
    hasWeek: view.week.length > 0 && !view.isEmpty,
    lead: lead ? buildLeadModel(lead, base) : null,
    isEmpty: view.isEmpty,
    stories: stories.map((paper) => buildPaperModel(paper, { base, format: 'story' })),
    hasStories: stories.length > 0,
    list: list.map((paper) => buildPaperModel(paper, { base, format: 'brief' })),
    listTitle: FRONT_COPY.morePapers(formatDate(view.day)),
    topicsBar: buildTopicsBar(view, { selected: null, allHref: `${base}/`, base }),
    previous: linkToDay(base, view.previous),
    next: linkToDay(base, view.next),
    remaining: linkToRemainingPapers(view, {
      shown: (lead ? 1 : 0) + stories.length + list.length,
      base,
    }),
    signUpForm: buildSignUpFormModel(view.form, view.topics.filter(isOffered)),
  };
}

function buildLeadModel(paper: TopicPaper, base: string) {
  const { figure } = showAbstract(paper, 'lead');
  const model = buildPaperModel(paper, { base, format: 'lead' });
  return {
    ...model,
    byline: paper.comments > 0 ? [...model.byline, FRONT_COPY.mostDiscussed] : model.byline,
    source: linkToSource(paper),
    figure: figure && { ...figure, isLong: figure.figure.length > MAX_LARGE_FIGURE_LENGTH },
  };
}

function linkToRemainingPapers(
  { day, total }: FrontView,
  { shown, base }: { shown: number; base: string },
) {
  const remaining = total - shown;
  if (shown === 0 || remaining <= 0) return null;
  return {
    text: FRONT_COPY.otherPapers(remaining, formatDate(day)),
    href: papersHref(base, { date: day }),
  };
}

const MAX_FRONT_STORIES = 3;
const LIST_LENGTH = 14;

/** In characters. A longer figure is set smaller. */
const MAX_LARGE_FIGURE_LENGTH = 6;
