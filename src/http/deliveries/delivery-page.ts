import { describeKeywords, describeSummary } from '../../copy/en/format.ts';
import { DIGESTS_COPY } from '../../copy/en/pages/digests.ts';
import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import { joinReason } from '../../copy/en/reasons.ts';
import { type DisplayFormat, layOutPapers } from '../../domain/digests/digest-layout.ts';
import { countShownWords } from '../../domain/digests/reading-time.ts';
import { countWords, showPaper } from '../../domain/text/shown-text.ts';
import { describeReadingTime, describeSelectionBasis } from '../../mail/digests/digest-text.ts';
import { describeDigestDay } from '../digests/digest-page.ts';
import { feedbackHref, papersHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { DeliveryView, TopicName } from '../pages/views.ts';
import { linkToCode, linkToProject, linkToSource } from '../papers/paper-links.ts';
import { buildPaperHeading } from '../papers/paper-model.ts';

/** A subscriber's own copy of a digest: all chosen papers, also those the mail had no room for. */
export function buildDeliveryPage(view: DeliveryView, layouts: PageLayouts) {
  const { base } = layouts;
  const { token, papers, digest, subscriber } = view;
  const { kind, date, number, papers: total } = digest;
  const preferences = `${base}/preferences/${token}`;
  const title = describeDigestDay(digest);
  const darkHorse = papers.findIndex(({ isDarkHorse }) => isDarkHorse);
  const placements = layOutPapers(papers.length, darkHorse === -1 ? null : darkHorse);
  const topicNames = new Map(view.topics.map((topic) => [topic.slug, topic]));
  const wordCount = placements.reduce((sum, { selectionIndex, format }) => {
    const chosen = papers[selectionIndex];
    return chosen
      ? sum + countShownWords(chosen.paper, format) + countWords([joinReason(chosen.reason)])
      : sum;
  }, 0);
  const inForm = (form: DisplayFormat) =>
    placements.flatMap((placement) => {
      const chosen = placement.format === form ? papers[placement.selectionIndex] : undefined;
      return chosen
        ? [
            buildChosenPaperModel(chosen, {
              form,
              token,
              base,
              topicNames,
              showsSummaries: subscriber.showsSummaries,
            }),
          ]
        : [];
    });
  return {
    layout: layouts.create({ title, action: { text: LAYOUT_COPY.settings, href: preferences } }),
    title,
    summary: `${COPY.summary({ kind, number, total, chosen: papers.length })} ${describeReadingTime(wordCount)}`,
    choice: describeSelectionBasis({
      topicNames: view.topics
        .filter(({ slug }) => subscriber.topics.includes(slug))
        .map(({ name }) => name),
      keywords: subscriber.keywords,
      names: subscriber.names,
      hasFeedback: view.usesFeedback,
    }),
    note: view.note,
    lead: inForm('lead'),
    stories: inForm('story'),
    darkHorse: inForm('darkHorse'),
    briefs: inForm('brief'),
    hasBriefs: inForm('brief').length > 0,
    others: total > papers.length ? COPY.otherPapers(total - papers.length) : null,
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
  showsSummaries: boolean;
}

function buildChosenPaperModel(
  { paper, reason }: DeliveryView['papers'][number],
  { form, token, base, topicNames, showsSummaries }: ChosenPaperContext,
) {
  const {
    text: sentences,
    figure,
    summary,
    keywords,
  } = showPaper(paper, form, {
    showsSummaries,
  });
  const model = { ...buildPaperHeading(paper, base), sentences };
  const [best] = paper.topics;
  const topic = best && topicNames.get(best.slug);
  const linkToFeedback = (verb: string) => feedbackHref(base, token, verb, paper.id);
  return {
    ...model,
    hasByline: model.byline.length > 0,
    hasKicker: reason.label !== '' || reason.sentence !== '',
    reason,
    source: linkToSource(paper),
    code: linkToCode(paper),
    project: form === 'brief' ? null : linkToProject(paper),
    summary: summary && describeSummary(summary),
    keywords: describeKeywords(keywords),
    figure: figure && { ...figure, isLong: figure.figure.length > MAX_LARGE_FIGURE_LENGTH },
    actions: [
      { text: COPY.more, about: paper.title, href: linkToFeedback('more') },
      { text: COPY.less, about: paper.title, href: linkToFeedback('less') },
      { text: COPY.save, about: paper.title, href: linkToFeedback('save') },
      ...(topic
        ? [
            {
              text: COPY.mute,
              about: topic.name,
              href: feedbackHref(base, token, 'mute', topic.slug),
            },
          ]
        : []),
    ].map(({ text, about, href }) => ({ text, href, label: COPY.labelFor(text, about) })),
  };
}

const COPY = DIGESTS_COPY.delivery;

/** In characters. A longer figure is set smaller. */
const MAX_LARGE_FIGURE_LENGTH = 6;
