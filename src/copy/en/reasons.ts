import type { DigestKind } from '../../domain/digests/digest.ts';
import {
  chooseLabelTopics,
  type Reason,
  type ReasonMatch,
  type RemarkKind,
} from '../../domain/ranking/reason.ts';
import { joinNames, shortenTopicName, spellNumber } from './format.ts';

/** The time whose papers were compared: a day, a week or a pause. */
export type ReasonPeriod = DigestKind | 'pause';

interface ReasonContext {
  period: ReasonPeriod;
  /** Names of topics by slug; a slug without a name is shown as it is. */
  topicNames: ReadonlyMap<string, string>;
}

/** Why a paper was chosen, in words. */
export interface ReasonText {
  /** Names of topics: two, or one beside a sentence; empty when there are none. */
  label: string;
  /** One or two sentences; empty when the topics are the whole reason. */
  sentence: string;
}

/** A reason in words, for emails and pages. `topics` are the slugs of the paper's topics. */
export function describeReason(
  reason: Reason,
  topics: readonly string[],
  context: ReasonContext,
): ReasonText {
  const sentence = [describeRemark(reason, context), describeMatch(reason.match, context)]
    .filter((part) => part !== '')
    .join(' ');
  const names = chooseLabelTopics(reason, topics).map((slug) => nameTopic(slug, context));
  return { label: joinLabel(names, sentence === '' ? 2 : 1), sentence };
}

/** The same as one text, for feeds and programs: `Theory. Most discussed today.` */
export function joinReason({ label, sentence }: ReasonText): string {
  return [label === '' ? '' : `${label}.`, sentence].filter((part) => part !== '').join(' ');
}

function describeRemark({ remark, match }: Reason, context: ReasonContext): string {
  if (remark === null) return '';
  switch (remark.kind) {
    case 'leading':
      return `Most discussed of ${spellNumber(remark.paperCount)} papers on ${nameTopic(remark.topic, context)}.`;
    case 'mostDiscussed':
      return `Most discussed ${PERIODS[context.period]}.`;
    case 'muchDiscussed':
      return `One of the most discussed ${PERIODS[context.period]}.`;
    case 'code':
      return 'Code available.';
    case 'noVotes':
    case 'noComments':
    case 'fewVotes':
    case 'fewComments':
      return describeDarkHorse(DARK_HORSE_WORDS[remark.kind], match, context);
  }
}

/** `No votes yet, and close to Hardware.` */
function describeDarkHorse(words: string, match: ReasonMatch, context: ReasonContext): string {
  const [topic] = match.kind === 'topics' ? match.topics : [];
  return topic === undefined ? `${words}.` : `${words}, and close to ${nameTopic(topic, context)}.`;
}

/** Empty for topics, which the label names. */
function describeMatch(match: ReasonMatch, context: ReasonContext): string {
  switch (match.kind) {
    case 'author':
      return `By ${match.name}, whom you follow.`;
    case 'organisation':
      return `From ${match.name}, which you follow.`;
    case 'keywords':
      return `Mentions ${joinNames(match.keywords.map((keyword) => `“${keyword}”`))}.`;
    case 'learnedTerms':
      return `Like papers you liked: ${match.terms.join(', ')}.`;
    case 'weakTopic':
      return `Touches on ${nameTopic(match.topic, context)}.`;
    case 'topics':
    case 'none':
      return '';
  }
}

/** Up to `count` names, if they fit one line of a phone. */
function joinLabel(names: readonly string[], count: number): string {
  const label = names.slice(0, count).join(', ');
  return label.length <= MAX_LABEL ? label : (names[0] ?? '');
}

function nameTopic(slug: string, { topicNames }: ReasonContext): string {
  return shortenTopicName(topicNames.get(slug) ?? slug);
}

const PERIODS = {
  daily: 'today',
  weekly: 'this week',
  pause: 'while you were away',
} as const satisfies Record<ReasonPeriod, string>;

const DARK_HORSE_WORDS = {
  noVotes: 'No votes yet',
  noComments: 'No comments yet',
  fewVotes: 'Few votes so far',
  fewComments: 'Few comments so far',
} as const satisfies Partial<Record<RemarkKind, string>>;

/** In characters. */
const MAX_LABEL = 48;
