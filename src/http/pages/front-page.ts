import { countOf, describeDay, describeLongDay } from '../../domain/describe.ts';
import { findFigure } from '../../domain/figure.ts';
import type { TopicPaper } from '../../domain/paper.ts';
import type { Frames } from './frame.ts';
import { papersHref } from './hrefs.ts';
import { paperLink } from './paper-links.ts';
import { INDEX_ROOM, paperModel } from './paper-model.ts';
import { signupModel } from './signup-model.ts';
import { topicsBar } from './topics-bar.ts';
import type { FrontView } from './views.ts';
import { dayLink, weekModel } from './week.ts';

/** The day's papers: the most discussed leads, three follow, the rest stands in the index. */
export function frontPage(view: FrontView, frames: Frames) {
  const { base } = frames;
  const [lead, ...others] = view.papers;
  const stories = others.slice(0, STORIES);
  const index = others.slice(STORIES, STORIES + INDEX_LENGTH);
  return {
    frame: frames.of({
      title: null,
      description: `The research papers of ${describeDay(view.day)}, and one short mail a morning with those that matter to you.`,
      publicPath: '/',
      isFront: true,
      action: { text: 'Get it by e-mail', href: '#coupon' },
    }),
    date: describeLongDay(view.day),
    number: view.number,
    week: weekModel(view, base),
    hasWeek: view.week.length > 0 && !view.isEmpty,
    isEmpty: view.isEmpty,
    lead: lead ? leadModel(lead, base) : null,
    stories: stories.map((paper) => paperModel(paper, { base, room: STORY_ROOM })),
    hasStories: stories.length > 0,
    index: index.map((paper) => paperModel(paper, { base, room: INDEX_ROOM })),
    indexTitle: `More papers of ${describeDay(view.day)}`,
    topicsBar: topicsBar(view, {
      selected: view.selectedTopic,
      allHref: `${base}/`,
      base,
    }),
    previous: dayLink(base, view.previous),
    next: dayLink(base, view.next),
    rest: restLink(view, { shown: (lead ? 1 : 0) + stories.length + index.length, base }),
    coupon: signupModel(view.form, view.allTopics),
  };
}

function leadModel(paper: TopicPaper, base: string) {
  const figure = findFigure(paper.abstract);
  const model = paperModel(paper, { base, room: LEAD_ROOM });
  return {
    ...model,
    byline: paper.comments > 0 ? [...model.byline, 'the most discussed of the day'] : model.byline,
    source: paperLink(paper),
    figure: figure && { ...figure, isLong: figure.figure.length > LONGEST_LARGE_FIGURE },
  };
}

function restLink(
  { day, totalPapers, selectedTopic }: FrontView,
  { shown, base }: { shown: number; base: string },
) {
  const left = totalPapers - shown;
  if (shown === 0 || left <= 0) return null;
  return {
    text: `The other ${countOf(left, 'paper')} of ${describeDay(day)}`,
    href: papersHref(base, { date: day, topic: selectedTopic }),
  };
}

const STORIES = 3;
const INDEX_LENGTH = 14;

const LEAD_ROOM = { most: 4, maxLength: 700 };
const STORY_ROOM = { most: 2, maxLength: 260 };
/** Characters; a longer figure is set smaller (LOOK: figure). */
const LONGEST_LARGE_FIGURE = 6;
