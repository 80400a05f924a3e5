import type { ReaderAnswers } from '../domain/reader-changes.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import type { PreferenceChanges } from './preference-schemas.ts';

/** What programs see of a reader. */
export function readerJson(reader: Subscriber) {
  const { email, status, topics, keywords, names, frequency, timezone, hour } = reader;
  const { papers, minutes, bar } = reader;
  return {
    email,
    status,
    topics,
    muted_topics: reader.mutedTopics,
    keywords,
    names,
    frequency,
    timezone,
    hour,
    papers,
    minutes,
    bar,
    allows_clicks: reader.allowsClicks,
    paused_until: reader.pausedUntil,
  };
}

/** The same the other way: what programs want to change. */
export function answersOfJson({
  muted_topics: mutedTopics,
  allows_clicks: allowsClicks,
  paused_until: pausedUntil,
  ...rest
}: PreferenceChanges): ReaderAnswers {
  return { ...rest, mutedTopics, allowsClicks, pausedUntil };
}
