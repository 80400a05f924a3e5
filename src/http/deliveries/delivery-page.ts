import { type DisplayFormat, layOutPapers } from '../../domain/digests/digest-layout.ts';
import { countShownWords } from '../../domain/digests/reading-time.ts';
import { formatDate, formatLongDate, formatQuantity } from '../../domain/text/format.ts';
import { countWords, showAbstract } from '../../domain/text/shown-text.ts';
import { describeReadingTime, describeSelectionBasis } from '../../mail/digests/digest-text.ts';
import { feedbackHref, papersHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { DeliveryView, TopicName } from '../pages/views.ts';
import { findCodeLink, findPaperLink } from '../papers/paper-links.ts';
import { buildPaperHeading } from '../papers/paper-model.ts';

/** A reader's own copy of a digest: what the mail shows, papers that it had no room for among it. */
export function buildDeliveryPage(view: DeliveryView, layouts: PageLayouts) {
  const { base } = layouts;
  const { token, papers, kind, date, number } = view;
  const preferences = `${base}/preferences/${token}`;
  const title = kind === 'weekly' ? `The week before ${formatDate(date)}` : formatLongDate(date);
  const darkHorse = papers.findIndex(({ isDarkHorse }) => isDarkHorse);
  const placements = layOutPapers(papers.length, darkHorse === -1 ? null : darkHorse);
  const topicNames = new Map(view.topics.map((topic) => [topic.slug, topic]));
  const wordCount = placements.reduce((sum, { selectionIndex: at, format: form }) => {
    const chosen = papers[at];
    return chosen ? sum + countShownWords(chosen.paper, form) + countWords([chosen.reason]) : sum;
  }, 0);
  const inForm = (form: DisplayFormat) =>
    placements.flatMap((placement) => {
      const chosen = placement.format === form ? papers[placement.selectionIndex] : undefined;
      return chosen ? [buildChosenPaperModel(chosen, { form, token, base, topicNames })] : [];
    });
  return {
    layout: layouts.create({ title, action: { text: 'Your preferences', href: preferences } }),
    title,
    summary: `${kind === 'weekly' ? 'Weekly' : 'Daily'} No. ${number}. ${formatQuantity(view.total, 'paper')} read, ${papers.length} chosen for you. ${describeReadingTime(wordCount)}`,
    choice: describeSelectionBasis({
      topicNames: view.topics
        .filter(({ slug }) => view.followed.includes(slug))
        .map(({ name }) => name),
      keywords: view.keywords,
    }),
    note: view.note,
    lead: inForm('lead'),
    stories: inForm('story'),
    darkHorse: inForm('darkHorse'),
    briefs: inForm('brief'),
    hasBriefs: inForm('brief').length > 0,
    others:
      view.total > papers.length
        ? `The other ${formatQuantity(view.total - papers.length, 'paper')}`
        : null,
    othersHref: papersHref(base, { date }),
    preferences,
    learned: `${base}/learned/${token}`,
    unsubscribe: `${base}/unsubscribe/${token}`,
  };
}

interface ChosenPaperContext {
  form: DisplayFormat;
  token: string;
  base: string;
  topicNames: ReadonlyMap<string, TopicName>;
}

function buildChosenPaperModel(
  { paper, reason }: DeliveryView['papers'][number],
  { form, token, base, topicNames }: ChosenPaperContext,
) {
  const { text: sentences, figure } = showAbstract(paper.abstract, form);
  const model = { ...buildPaperHeading(paper, base), sentences };
  const [best] = paper.topics;
  const topic = best && topicNames.get(best.slug);
  const linkToFeedback = (verb: string) => feedbackHref(base, token, verb, paper.id);
  return {
    ...model,
    hasByline: model.byline.length > 0,
    reason,
    source: findPaperLink(paper),
    code: findCodeLink(paper),
    figure: figure && { ...figure, isLong: figure.figure.length > MAX_LARGE_FIGURE_LENGTH },
    actions: [
      { text: 'More like this', about: paper.title, href: linkToFeedback('more') },
      { text: 'Less like this', about: paper.title, href: linkToFeedback('less') },
      { text: 'Save', about: paper.title, href: linkToFeedback('save') },
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

/** In characters. A longer figure is set smaller. */
const MAX_LARGE_FIGURE_LENGTH = 6;
