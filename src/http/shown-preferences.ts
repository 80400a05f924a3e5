import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Subscriber } from '../domain/subscriber.ts';

/** The field in which the form of the preferences says what its page showed. */
export const SHOWN_FIELD = 'shown';

const List = Type.Array(Type.String());

/** What a page showed, in the words of its form: something may have been changed elsewhere since. */
const Shown = Type.Object({
  topics: List,
  mutedTopics: List,
  keywords: List,
  names: List,
  frequency: Type.String(),
  timezone: Type.String(),
  hour: Type.String(),
  papers: Type.String(),
  minutes: Type.String(),
  bar: Type.String(),
  allowsClicks: Type.String(),
  pausedUntil: Type.String(),
});
type Shown = Static<typeof Shown>;

const LISTS = ['topics', 'mutedTopics', 'keywords', 'names'] as const;
const AMOUNT = ['papers', 'minutes'] as const;
const SINGLE = ['frequency', 'timezone', 'hour', 'bar', 'allowsClicks', 'pausedUntil'] as const;

/** What a form says, all in text; fields that it lacks are absent. */
export type FormAnswers = Partial<Shown>;

/** What a page shows of a reader as stored, for its form to say again. A page that comes back since its form was
 *  refused shows what was typed on what `refused` says was shown, but the words and names of now. */
export function shownText(reader: Subscriber, refused = ''): string {
  const now = shownOf(reader);
  const { keywords, names } = now;
  return JSON.stringify({ ...(readShown(refused) ?? now), keywords, names });
}

/**
 * The answers that are other than what was shown: who changed the hour did not wish back what another tab, or
 * a link in a mail, has changed since. Of lists only what came and went, on the list of now. Without what
 * was shown, the reader of now stands for it.
 */
export function changedAnswers(
  answers: FormAnswers,
  { shown: text, reader }: { shown: string; reader: Subscriber },
): FormAnswers {
  const shown = readShown(text) ?? shownOf(reader);
  const changed: FormAnswers = {};
  for (const name of LISTS) {
    const wanted = answers[name];
    if (wanted === undefined || haveSame(wanted, shown[name])) continue;
    changed[name] = merged(reader[name], shown[name], wanted);
  }
  settleBoth(changed, answers, shown);
  for (const name of SINGLE) {
    if (answers[name] !== shown[name]) Object.assign(changed, picked(answers, [name]));
  }
  const isAmountNew = AMOUNT.some(
    (name) => answers[name] !== undefined && answers[name] !== shown[name],
  );
  return isAmountNew ? { ...changed, ...picked(answers, AMOUNT) } : changed;
}

/** Null for what no page of ours has said. */
function readShown(text: string): Shown | null {
  try {
    const shown: unknown = JSON.parse(text);
    return Value.Check(Shown, shown) ? shown : null;
  } catch {
    return null;
  }
}

function shownOf(reader: Subscriber): Shown {
  const { topics, mutedTopics, keywords, names, frequency, timezone, bar } = reader;
  return {
    ...{ topics, mutedTopics, keywords, names, frequency, timezone, bar },
    hour: String(reader.hour),
    papers: String(reader.papers),
    minutes: reader.minutes === null ? '' : String(reader.minutes),
    allowsClicks: reader.allowsClicks ? 'yes' : 'no',
    pausedUntil: reader.pausedUntil ?? '',
  };
}

function picked(answers: FormAnswers, names: readonly (keyof FormAnswers)[]): FormAnswers {
  return Object.fromEntries(
    names.flatMap((name) => (answers[name] === undefined ? [] : [[name, answers[name]]])),
  );
}

/** Of a topic that was muted elsewhere and is followed here, or the other way round, this page has its way. */
function settleBoth(changed: FormAnswers, answers: FormAnswers, shown: Shown): void {
  if (changed.topics === undefined || changed.mutedTopics === undefined) return;
  const followed = newIn(answers.topics ?? [], shown.topics);
  const muted = newIn(answers.mutedTopics ?? [], shown.mutedTopics);
  changed.topics = newIn(changed.topics, muted);
  changed.mutedTopics = newIn(changed.mutedTopics, followed);
}

function newIn(list: readonly string[], known: readonly string[]): string[] {
  return list.filter((each) => !known.includes(each));
}

function haveSame(one: readonly string[], other: readonly string[]): boolean {
  const members = new Set(other);
  return new Set(one).size === members.size && one.every((each) => members.has(each));
}

function merged(
  now: readonly string[],
  shown: readonly string[],
  wanted: readonly string[],
): string[] {
  const kept = now.filter((each) => wanted.includes(each) || !shown.includes(each));
  return [...kept, ...newIn(newIn(wanted, shown), now)];
}
