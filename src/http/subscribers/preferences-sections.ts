import { formatDate, formatQuantity } from '../../copy/en/format.ts';
import { PREFERENCES_COPY } from '../../copy/en/pages/preferences.ts';
import { MAX_PAUSE_DAYS } from '../../domain/subscribers/pause.ts';
import { type Preferences, RELEVANCE_THRESHOLDS } from '../../domain/subscribers/subscriber.ts';
import { addDays } from '../../domain/time/schedule.ts';
import { groupTopics } from '../../domain/topics/topic.ts';
import type { PhraseRow, PreferencesView } from '../pages/views.ts';
import { type FieldOption, listPaperCountOptions } from './form-fields.ts';

/** Topics by their groups, each in two columns, read down the first and then down the second. */
export function buildTopicsSection({ preferences, topics }: PreferencesView) {
  const { topics: followed, topicsOnly, mutedTopics } = preferences;
  const hasCounts = topics.some((topic) => topic.papersPerWeek !== null);
  const rows = topics.map((topic) => {
    const isMuted = mutedTopics.includes(topic.slug);
    const isFollowed = !isMuted && followed.includes(topic.slug);
    return { ...topic, hasCounts, isFollowed, isMuted, isNeither: !isFollowed && !isMuted };
  });
  const summaryParts = [
    ...(followed.length > 0 ? [describeFollowed(followed.length, topicsOnly)] : []),
    ...(mutedTopics.length > 0 ? [PREFERENCES_COPY.topics.muted(mutedTopics.length)] : []),
  ];
  return {
    groups: groupTopics(rows).map((group) => ({ ...buildTopicGroup(group), hasCounts })),
    value: summaryParts.length === 0 ? PREFERENCES_COPY.topics.all : summaryParts.join(', '),
    isOnly: topicsOnly,
  };
}

interface TopicRow {
  isFollowed: boolean;
  isMuted: boolean;
}

/** A group is open when something in it is chosen. */
function buildTopicGroup<Row extends TopicRow>({
  group,
  topics,
}: {
  group: string | null;
  topics: readonly Row[];
}) {
  const half = Math.ceil(topics.length / 2);
  const followed = topics.filter(({ isFollowed }) => isFollowed).length;
  const muted = topics.filter(({ isMuted }) => isMuted).length;
  return {
    name: group,
    columns: [topics.slice(0, half), topics.slice(half)].filter((column) => column.length > 0),
    value: [
      ...(followed > 0 ? [PREFERENCES_COPY.topics.followed(followed)] : []),
      ...(muted > 0 ? [PREFERENCES_COPY.topics.muted(muted)] : []),
    ].join(', '),
    isOpen: followed + muted > 0,
  };
}

function describeFollowed(count: number, isOnly: boolean): string {
  const copy = PREFERENCES_COPY.topics;
  return isOnly ? copy.onlyFollowed(count) : copy.followed(count);
}

/** Followed keywords and names, each with its weekly count of papers, and a field for one more. */
export function buildPhrasesSection({
  preferences,
  phrases,
  problems,
  countAction,
}: PreferencesView & { countAction: string }) {
  const { keywords, names } = preferences;
  return {
    value: summarizePhrases(keywords, names),
    lists: [
      {
        field: 'keywords',
        heading: PREFERENCES_COPY.phrases.keywords,
        addTo: PREFERENCES_COPY.phrases.addTo(PREFERENCES_COPY.phrases.keywords),
        label: PREFERENCES_COPY.phrases.addKeyword,
        rows: phrases.keywords.map(buildPhraseRow),
        added: phrases.addedKeyword,
        problem: problems.keywords ?? null,
        countAction,
      },
      {
        field: 'names',
        heading: PREFERENCES_COPY.phrases.names,
        addTo: PREFERENCES_COPY.phrases.addTo(PREFERENCES_COPY.phrases.names),
        label: PREFERENCES_COPY.phrases.addName,
        rows: phrases.names.map(buildPhraseRow),
        added: phrases.addedName,
        problem: problems.names ?? null,
        countAction: null,
      },
    ],
  };
}

/** `≈ 4 papers a week`. */
function describeWeeklyCount(perWeek: number | null): string {
  if (perWeek === null) return '';
  if (perWeek === 0) return PREFERENCES_COPY.phrases.noneInFourWeeks;
  return perWeek < 1
    ? PREFERENCES_COPY.phrases.lessThanOne
    : PREFERENCES_COPY.phrases.perWeek(formatQuantity(Math.round(perWeek), 'paper'));
}

function buildPhraseRow({ text, perWeek, isRemoved }: PhraseRow) {
  return { text, isRemoved, count: describeWeeklyCount(perWeek) };
}

/** The phrases themselves while they fit one line of a phone, else how many. */
function summarizePhrases(keywords: readonly string[], names: readonly string[]): string {
  const phrases = [...keywords, ...names].join(', ');
  if (phrases === '') return PREFERENCES_COPY.phrases.none;
  if (phrases.length <= MAX_PHRASES_SUMMARY_LENGTH) return phrases;
  return [
    ...(keywords.length > 0 ? [formatQuantity(keywords.length, 'keyword')] : []),
    ...(names.length > 0 ? [formatQuantity(names.length, 'name')] : []),
  ].join(', ');
}

const MAX_PHRASES_SUMMARY_LENGTH = 18;

/** How many papers, or how many minutes. */
export function buildAmountSection({ papers, minutes, showsSummaries }: Preferences) {
  const isByMinutes = minutes !== null;
  return {
    value: isByMinutes ? formatQuantity(minutes, 'minute') : formatQuantity(papers, 'paper'),
    papers: listPaperCountOptions(papers).map((option) => ({
      ...option,
      isChosen: option.isChosen && !isByMinutes,
    })),
    isByMinutes,
    minutes: listMinuteOptions(minutes ?? USUAL_MINUTES),
    showsSummaries,
  };
}

function listMinuteOptions(chosen: number): FieldOption[] {
  const counts = [...new Set([...MINUTE_COUNTS, chosen])].sort((a, b) => a - b);
  return counts.map((count) => ({
    value: String(count),
    text: formatQuantity(count, 'minute'),
    isChosen: count === chosen,
  }));
}

const MINUTE_COUNTS = [3, 5, 10, 15, 20, 30, 60];
const USUAL_MINUTES = 5;

/** How relevant a digest must be to be sent. */
export function buildRelevanceThresholdSection({ relevanceThreshold }: Preferences) {
  return {
    value: PREFERENCES_COPY.threshold.summaries[relevanceThreshold],
    options: RELEVANCE_THRESHOLDS.map((value) => ({
      value,
      text: PREFERENCES_COPY.threshold.options[value],
      isChosen: value === relevanceThreshold,
    })),
  };
}

/** The pause and its last day. */
export function buildPauseSection(view: PreferencesView) {
  const { status, pausedUntil, typedPausedUntil, today } = view;
  const copy = PREFERENCES_COPY.pause;
  const isPaused = status === 'paused';
  const until = pausedUntil === null ? copy.paused : copy.pausedUntil(formatDate(pausedUntil));
  return {
    value: isPaused ? until : copy.notPaused,
    isPaused,
    until: typedPausedUntil ?? pausedUntil ?? '',
    first: addDays(today, 1),
    last: addDays(today, MAX_PAUSE_DAYS),
  };
}
