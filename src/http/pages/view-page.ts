import { countOf, describeDay, describeLongDay } from '../../domain/describe.ts';
import { findFigure } from '../../domain/figure.ts';
import { type Form, layOut } from '../../mail/layout.ts';
import type { Frames } from './frame.ts';
import { feedbackHref, papersHref } from './hrefs.ts';
import { paperModel, type Room } from './paper-model.ts';
import { codeLink, sourceLink } from './paper-source.ts';
import type { DeliveryView, TopicName } from './views.ts';

/** A reader's own copy of a digest: what the mail shows, and what there was no room for. */
export function viewPage(view: DeliveryView, frames: Frames) {
  const { base } = frames;
  const { token, papers, kind, date, number } = view;
  const preferences = `${base}/preferences/${token}`;
  const title = kind === 'weekly' ? `The week before ${describeDay(date)}` : describeLongDay(date);
  const darkHorse = papers.findIndex(({ isDarkHorse }) => isDarkHorse);
  const places = layOut(papers.length, darkHorse === -1 ? null : darkHorse);
  const topicNames = new Map(view.topics.map((topic) => [topic.slug, topic]));
  const inForm = (form: Form) =>
    places.flatMap((place) => {
      const chosen = place.form === form ? papers[place.at] : undefined;
      return chosen ? [chosenModel(chosen, { form, token, base, topicNames })] : [];
    });
  return {
    frame: frames.of({ title, action: { text: 'Your preferences', href: preferences } }),
    title,
    summary: `${kind === 'weekly' ? 'Weekly' : 'Daily'} No. ${number}. ${countOf(view.total, 'paper')} read, ${papers.length} chosen for you.`,
    choice: choiceOf(view),
    lead: inForm('lead'),
    stories: inForm('story'),
    darkHorse: inForm('darkHorse'),
    briefs: inForm('brief'),
    hasBriefs: inForm('brief').length > 0,
    others:
      view.total > papers.length
        ? `The other ${countOf(view.total - papers.length, 'paper')}`
        : null,
    othersHref: papersHref(base, { date }),
    preferences,
    learned: `${base}/learned/${token}`,
    unsubscribe: `${base}/unsubscribe/${token}`,
  };
}

interface Around {
  form: Form;
  token: string;
  base: string;
  topicNames: ReadonlyMap<string, TopicName>;
}

function chosenModel(
  { paper, reason }: DeliveryView['papers'][number],
  { form, token, base, topicNames }: Around,
) {
  const model = paperModel(paper, { base, room: ROOMS[form] });
  const figure = findFigure(paper.abstract);
  const [best] = paper.topics;
  const topic = best && topicNames.get(best.slug);
  const say = (verb: string) => feedbackHref(base, token, verb, paper.id);
  return {
    ...model,
    hasByline: model.byline.length > 0,
    reason,
    source: sourceLink(paper),
    code: codeLink(paper),
    figure: figure && { ...figure, isLong: figure.figure.length > LONGEST_LARGE_FIGURE },
    actions: [
      { text: 'More like this', about: paper.title, href: say('more') },
      { text: 'Less like this', about: paper.title, href: say('less') },
      { text: 'Save', about: paper.title, href: say('save') },
      ...(topic
        ? [
            {
              text: `Mute ${topic.name}`,
              about: 'its papers no longer come',
              href: feedbackHref(base, token, 'mute', topic.slug),
            },
          ]
        : []),
    ],
  };
}

function choiceOf({ topics, keywords, followed }: DeliveryView): string {
  const names = topics.filter(({ slug }) => followed.includes(slug)).map(({ name }) => name);
  const parts = [
    names.length > 0 ? `your topics: ${names.join(', ')}` : '',
    keywords.length > 0 ? `your words: ${keywords.join(', ')}` : '',
  ].filter((part) => part !== '');
  return parts.length === 0
    ? 'Chosen without topics of yours: the best of the day.'
    : `Chosen by ${parts.join('; and ')}.`;
}

const ROOMS = {
  lead: { most: 4, maxLength: 700 },
  story: { most: 3, maxLength: 420 },
  darkHorse: { most: 3, maxLength: 420 },
  brief: { most: 2, maxLength: 320 },
} satisfies Record<Form, Room>;

/** Characters; a longer figure is set smaller (LOOK: figure). */
const LONGEST_LARGE_FIGURE = 6;
