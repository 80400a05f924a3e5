import { countOf, describeDay, describeLongDay } from '../../domain/describe.ts';
import { type Form, layOut } from '../../domain/layout.ts';
import { shownWordsOf } from '../../domain/reading-time.ts';
import { countWords, showAbstract } from '../../domain/shown-text.ts';
import { choiceOf, readingTimeOf } from '../../mail/edition-words.ts';
import type { Frames } from './frame.ts';
import { feedbackHref, papersHref } from './hrefs.ts';
import { codeLink, paperLink } from './paper-links.ts';
import { headOf } from './paper-model.ts';
import type { DeliveryView, TopicName } from './views.ts';

/** A reader's own copy of a digest: what the mail shows, papers that it had no room for among it. */
export function viewPage(view: DeliveryView, frames: Frames) {
  const { base } = frames;
  const { token, papers, kind, date, number } = view;
  const preferences = `${base}/preferences/${token}`;
  const title = kind === 'weekly' ? `The week before ${describeDay(date)}` : describeLongDay(date);
  const darkHorse = papers.findIndex(({ isDarkHorse }) => isDarkHorse);
  const places = layOut(papers.length, darkHorse === -1 ? null : darkHorse);
  const topicNames = new Map(view.topics.map((topic) => [topic.slug, topic]));
  const words = places.reduce((sum, { at, form }) => {
    const chosen = papers[at];
    return chosen ? sum + shownWordsOf(chosen.paper, form) + countWords([chosen.reason]) : sum;
  }, 0);
  const inForm = (form: Form) =>
    places.flatMap((place) => {
      const chosen = place.form === form ? papers[place.at] : undefined;
      return chosen ? [chosenModel(chosen, { form, token, base, topicNames })] : [];
    });
  return {
    frame: frames.of({ title, action: { text: 'Your preferences', href: preferences } }),
    title,
    summary: `${kind === 'weekly' ? 'Weekly' : 'Daily'} No. ${number}. ${countOf(view.total, 'paper')} read, ${papers.length} chosen for you. ${readingTimeOf(words)}`,
    choice: choiceOf(
      view.topics.filter(({ slug }) => view.followed.includes(slug)).map(({ name }) => name),
      view.keywords,
    ),
    note: view.note,
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
  const { text: sentences, figure } = showAbstract(paper.abstract, form);
  const model = { ...headOf(paper, base), sentences };
  const [best] = paper.topics;
  const topic = best && topicNames.get(best.slug);
  const say = (verb: string) => feedbackHref(base, token, verb, paper.id);
  return {
    ...model,
    hasByline: model.byline.length > 0,
    reason,
    source: paperLink(paper),
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

/** Characters; a longer figure is set smaller (LOOK: figure). */
const LONGEST_LARGE_FIGURE = 6;
