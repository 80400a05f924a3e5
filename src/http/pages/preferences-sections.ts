import { countOf, describeDay } from '../../domain/describe.ts';
import { MOST_PAUSE_DAYS } from '../../domain/pause.ts';
import { addDays } from '../../domain/schedule.ts';
import { BARS, type Bar, type Preferences } from '../../domain/subscriber.ts';
import { type Choice, paperChoices } from './fields.ts';
import type { PhraseRow, PreferencesView } from './views.ts';

/** Two columns, read down the first and then down the second. */
export function topicsSection({ preferences, topics }: PreferencesView) {
  const { topics: followed, mutedTopics: muted } = preferences;
  const rows = topics.map((topic) => {
    const isMuted = muted.includes(topic.slug);
    const isFollowed = !isMuted && followed.includes(topic.slug);
    return { ...topic, isFollowed, isMuted, isNeither: !isFollowed && !isMuted };
  });
  const half = Math.ceil(rows.length / 2);
  const parts = [
    ...(followed.length > 0 ? [`${followed.length} followed`] : []),
    ...(muted.length > 0 ? [`${muted.length} muted`] : []),
  ];
  return {
    columns: [rows.slice(0, half), rows.slice(half)].filter((column) => column.length > 0),
    hasCounts: topics.some((topic) => topic.papersPerWeek !== null),
    value: parts.length === 0 ? 'Every topic' : parts.join(', '),
  };
}

/** Followed keywords and names, each with what it brings, and room for one more. */
export function wordsSection({
  preferences,
  phrases,
  problems,
  countAction,
}: PreferencesView & { countAction: string }) {
  const { keywords, names } = preferences;
  return {
    value: wordsValue(keywords, names),
    lists: [
      {
        field: 'keywords',
        heading: 'Words',
        label: 'One more word or phrase',
        rows: phrases.keywords.map(phraseRow),
        added: phrases.addedKeyword,
        problem: problems.keywords ?? null,
        countAction,
      },
      {
        field: 'names',
        heading: 'Names',
        label: 'One more author or organisation',
        rows: phrases.names.map(phraseRow),
        added: phrases.addedName,
        problem: problems.names ?? null,
        countAction: null,
      },
    ],
  };
}

/** `≈ 4 papers a week`. */
export function weeklyCount(perWeek: number | null): string {
  if (perWeek === null) return '';
  if (perWeek === 0) return 'none in four weeks';
  return perWeek < 1
    ? 'less than one paper a week'
    : `≈ ${countOf(Math.round(perWeek), 'paper')} a week`;
}

function phraseRow({ text, perWeek, isRemoved }: PhraseRow) {
  return { text, isRemoved, count: weeklyCount(perWeek) };
}

/** The words themselves while they fit one line of a phone. */
function wordsValue(keywords: readonly string[], names: readonly string[]): string {
  const words = [...keywords, ...names].join(', ');
  if (words === '') return 'None';
  if (words.length <= LONGEST_WORDS_VALUE) return words;
  return [
    ...(keywords.length > 0 ? [countOf(keywords.length, 'word')] : []),
    ...(names.length > 0 ? [countOf(names.length, 'name')] : []),
  ].join(', ');
}

const LONGEST_WORDS_VALUE = 18;

/** How many papers, or how many minutes. */
export function amountSection({ papers, minutes }: Preferences) {
  const isByMinutes = minutes !== null;
  return {
    value: isByMinutes ? countOf(minutes, 'minute') : countOf(papers, 'paper'),
    papers: paperChoices(papers).map((choice) => ({
      ...choice,
      isChosen: choice.isChosen && !isByMinutes,
    })),
    isByMinutes,
    minutes: minuteChoices(minutes ?? USUAL_MINUTES),
  };
}

function minuteChoices(chosen: number): Choice[] {
  const counts = [...new Set([...MINUTES, chosen])].sort((a, b) => a - b);
  return counts.map((count) => ({
    value: String(count),
    text: countOf(count, 'minute'),
    isChosen: count === chosen,
  }));
}

const MINUTES = [3, 5, 10, 15, 20, 30, 60];
const USUAL_MINUTES = 5;

/** What a digest must hold to be sent. */
export function barSection({ bar }: Preferences) {
  return {
    value: BAR_VALUES[bar],
    choices: BARS.map((value) => ({ value, text: BAR_TEXTS[value], isChosen: value === bar })),
  };
}

const BAR_TEXTS = {
  low: 'Send whatever matches',
  middle: 'Only when a paper stands out',
  high: 'Only when one is much talked about',
} satisfies Record<Bar, string>;

const BAR_VALUES = {
  low: 'Whatever matches',
  middle: 'What stands out',
  high: 'The most discussed',
} satisfies Record<Bar, string>;

/** Until when nothing is sent. */
export function pauseSection({ status, pausedUntil, pauseTyped, today }: PreferencesView) {
  const isPaused = status === 'paused';
  const until = pausedUntil === null ? 'Paused' : `Until ${describeDay(pausedUntil)}`;
  return {
    value: isPaused ? until : 'Not paused',
    isPaused,
    until: pauseTyped ?? pausedUntil ?? '',
    first: addDays(today, 1),
    last: addDays(today, MOST_PAUSE_DAYS),
  };
}
