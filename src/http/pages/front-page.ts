import { countOf, describeDay, describeLongDay } from '../../domain/describe.ts';
import { findFigure } from '../../domain/figure.ts';
import type { TopicPaper } from '../../domain/paper.ts';
import { shortDay } from './days.ts';
import type { Frames } from './frame.ts';
import { papersHref } from './hrefs.ts';
import { paperModel } from './paper-model.ts';
import { sourceLink } from './paper-source.ts';
import { signupModel } from './signup-model.ts';
import type { FrontView, TopicCount, WeekDay } from './views.ts';

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
    week: weekStrip(view.week, base),
    hasWeek: view.week.length > 0 && !view.isEmpty,
    isEmpty: view.isEmpty,
    lead: lead ? leadModel(lead, base) : null,
    stories: stories.map((paper) => paperModel(paper, { base, room: STORY_ROOM })),
    hasStories: stories.length > 0,
    index: index.map((paper) => paperModel(paper, { base, room: INDEX_ROOM })),
    indexTitle: `More papers of ${describeDay(view.day)}`,
    topicsBar: topicsBar(view, base),
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
    source: sourceLink(paper),
    figure: figure && { ...figure, isLong: figure.figure.length > LONGEST_LARGE_FIGURE },
  };
}

/** Seven days with their counts; on a phone the shown day and its two neighbours stay. */
function weekStrip(week: readonly WeekDay[], base: string) {
  const current = week.findIndex((day) => day.isCurrent);
  const firstNear = Math.min(Math.max(current - 1, 0), Math.max(week.length - 3, 0));
  return week.map((day, at) => ({
    text: shortDay(day.day, { withMonth: at === 0 || day.isCurrent }),
    note: noteOf(day, week[at - 1]),
    href: day.count > 0 && !day.isCurrent ? papersHref(base, { date: day.day }) : null,
    isCurrent: day.isCurrent,
    isFuture: day.isFuture,
    isNear: at >= firstNear && at < firstNear + 3,
  }));
}

function noteOf(day: WeekDay, before: WeekDay | undefined): string {
  if (!day.isFuture) return day.count > 0 ? countOf(day.count, 'paper') : 'quiet';
  return before && !before.isFuture ? 'tomorrow' : '';
}

function topicsBar({ day, topics, selectedTopic, totalPapers }: FrontView, base: string) {
  const links = topics.map((topic) => topicLink(topic, { day, selectedTopic, base }));
  return {
    total: totalPapers,
    isAll: selectedTopic === null,
    allHref: `${base}/`,
    heading: links.find((link) => link.isSelected)?.name ?? 'Every topic',
    links: links.slice(0, TOPICS_IN_BAR),
    more: links.slice(TOPICS_IN_BAR),
    moreText: countOf(Math.max(links.length - TOPICS_IN_BAR, 0), 'more topic'),
    hasMore: links.length > TOPICS_IN_BAR,
  };
}

function topicLink(
  { slug, name, count }: TopicCount,
  { day, selectedTopic, base }: { day: string; selectedTopic: string | null; base: string },
) {
  return {
    name,
    count,
    href: papersHref(base, { date: day, topic: slug }),
    isSelected: slug === selectedTopic,
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
const TOPICS_IN_BAR = 6;

const LEAD_ROOM = { most: 4, maxLength: 700 };
const STORY_ROOM = { most: 2, maxLength: 260 };
const INDEX_ROOM = { most: 1, maxLength: 240 };

/** Characters; a longer figure is set smaller (LOOK: figure). */
const LONGEST_LARGE_FIGURE = 6;
