import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { SubscriberInput } from '../../domain/subscribers/subscriber-changes.ts';
import type { PreferenceChanges } from './preference-schemas.ts';

/** What programs see of a reader. */
export function toSubscriberJson(subscriber: Subscriber) {
  const { email, status, topics, keywords, names, frequency, timezone, hour } = subscriber;
  const { papers, minutes, relevanceThreshold } = subscriber;
  return {
    email,
    status,
    topics,
    muted_topics: subscriber.mutedTopics,
    keywords,
    names,
    frequency,
    timezone,
    hour,
    papers,
    minutes,
    relevance_threshold: relevanceThreshold,
    allows_clicks: subscriber.allowsClicks,
    paused_until: subscriber.pausedUntil,
  };
}

/** The same the other way: what programs want to change. */
export function toPreferenceInput({
  muted_topics: mutedTopics,
  relevance_threshold: relevanceThreshold,
  allows_clicks: allowsClicks,
  paused_until: pausedUntil,
  ...rest
}: PreferenceChanges): SubscriberInput {
  return { ...rest, mutedTopics, relevanceThreshold, allowsClicks, pausedUntil };
}
