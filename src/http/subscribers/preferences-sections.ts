import { MAX_PAUSE_DAYS } from '../../domain/subscribers/pause.ts';
import {
  type Preferences,
  RELEVANCE_THRESHOLDS,
  type RelevanceThreshold,
} from '../../domain/subscribers/subscriber.ts';
import { formatDate, formatQuantity } from '../../domain/text/format.ts';
import { addDays } from '../../domain/time/schedule.ts';
import type { PhraseRow, PreferencesView } from '../pages/views.ts';
import { type FieldOption, listPaperCountOptions } from './form-fields.ts';

/** Two columns, read down the first and then down the second. */
export function buildTopicsSection({ preferences, topics }: PreferencesView) {
  const { topics: followed, mutedTopics: muted } = preferences;
  const rows = topics.map((topic) => {
    const isMuted = muted.includes(topic.slug);
    const isFollowed = !isMuted && followed.includes(topic.slug);
    return { ...topic, isFollowed, isMuted, isNeither: !isFollowed && !isMuted };
  });
  const half = Math.ceil(rows.length / 2);
  const summaryParts = [
    ...(followed.length > 0 ? [`${followed.length} followed`] : []),
    ...(muted.length > 0 ? [`${muted.length} muted`] : []),
  ];
  return {
    columns: [rows.slice(0, half), rows.slice(half)].filter((column) => column.length > 0),
    hasCounts: topics.some((topic) => topic.papersPerWeek !== null),
    value: summaryParts.length === 0 ? 'Every topic' : summaryParts.join(', '),
  };
}

/** Followed keywords and names, each with what it brings, and room for one more. */
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
        heading: 'Words',
        label: 'One more word or phrase',
        rows: phrases.keywords.map(buildPhraseRow),
        added: phrases.addedKeyword,
        problem: problems.keywords ?? null,
        countAction,
      },
      {
        field: 'names',
        heading: 'Names',
        label: 'One more author or organisation',
        rows: phrases.names.map(buildPhraseRow),
        added: phrases.addedName,
        problem: problems.names ?? null,
        countAction: null,
      },
    ],
  };
}

/** `≈ 4 papers a week`. */
export function describeWeeklyCount(perWeek: number | null): string {
  if (perWeek === null) return '';
  if (perWeek === 0) return 'none in four weeks';
  return perWeek < 1
    ? 'less than one paper a week'
    : `≈ ${formatQuantity(Math.round(perWeek), 'paper')} a week`;
}

function buildPhraseRow({ text, perWeek, isRemoved }: PhraseRow) {
  return { text, isRemoved, count: describeWeeklyCount(perWeek) };
}

/** The words themselves while they fit one line of a phone. */
function summarizePhrases(keywords: readonly string[], names: readonly string[]): string {
  const words = [...keywords, ...names].join(', ');
  if (words === '') return 'None';
  if (words.length <= MAX_PHRASES_SUMMARY_LENGTH) return words;
  return [
    ...(keywords.length > 0 ? [formatQuantity(keywords.length, 'word')] : []),
    ...(names.length > 0 ? [formatQuantity(names.length, 'name')] : []),
  ].join(', ');
}

const MAX_PHRASES_SUMMARY_LENGTH = 18;

/** How many papers, or how many minutes. */
export function buildAmountSection({ papers, minutes }: Preferences) {
  const isByMinutes = minutes !== null;
  return {
    value: isByMinutes ? formatQuantity(minutes, 'minute') : formatQuantity(papers, 'paper'),
    papers: listPaperCountOptions(papers).map((option) => ({
      ...option,
      isChosen: option.isChosen && !isByMinutes,
    })),
    isByMinutes,
    minutes: listMinuteOptions(minutes ?? USUAL_MINUTES),
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

/** What a digest must hold to be sent. */
export function buildRelevanceThresholdSection({ relevanceThreshold: bar }: Preferences) {
  return {
    value: RELEVANCE_THRESHOLD_SUMMARIES[bar],
    options: RELEVANCE_THRESHOLDS.map((value) => ({
      value,
      text: RELEVANCE_THRESHOLD_LABELS[value],
      isChosen: value === bar,
    })),
  };
}

const RELEVANCE_THRESHOLD_LABELS = {
  low: 'Send whatever matches',
  middle: 'Only when a paper stands out',
  high: 'Only when one is much talked about',
} satisfies Record<RelevanceThreshold, string>;

const RELEVANCE_THRESHOLD_SUMMARIES = {
  low: 'Whatever matches',
  middle: 'What stands out',
  high: 'The most discussed',
} satisfies Record<RelevanceThreshold, string>;

/** Until when nothing is sent. */
export function buildPauseSection({
  status,
  pausedUntil,
  typedPausedUntil: pauseTyped,
  today,
}: PreferencesView) {
  const isPaused = status === 'paused';
  const until = pausedUntil === null ? 'Paused' : `Until ${formatDate(pausedUntil)}`;
  return {
    value: isPaused ? until : 'Not paused',
    isPaused,
    until: pauseTyped ?? pausedUntil ?? '',
    first: addDays(today, 1),
    last: addDays(today, MAX_PAUSE_DAYS),
  };
}
