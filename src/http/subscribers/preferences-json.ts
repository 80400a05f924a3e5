import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import type {
  SubscriberChanges,
  SubscriberInput,
} from '../../domain/subscribers/subscriber-changes.ts';
import type { PreferenceChanges } from './preference-schemas.ts';

/** A subscriber as the API shows them. */
export function toSubscriberJson(subscriber: Subscriber) {
  const { email, status, topics, keywords, names, frequency, timezone, hour } = subscriber;
  const { papers, minutes, relevanceThreshold } = subscriber;
  return {
    email,
    status,
    topics,
    topics_only: subscriber.topicsOnly,
    shows_summaries: subscriber.showsSummaries,
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

/** Changes with the names of the API; what they do not name is absent. */
export function toChangesJson({
  topicsOnly: topics_only,
  showsSummaries: shows_summaries,
  mutedTopics: muted_topics,
  relevanceThreshold: relevance_threshold,
  allowsClicks: allows_clicks,
  pausedUntil: paused_until,
  ...rest
}: SubscriberChanges): PreferenceChanges {
  return {
    ...rest,
    ...(topics_only !== undefined && { topics_only }),
    ...(shows_summaries !== undefined && { shows_summaries }),
    ...(muted_topics !== undefined && { muted_topics }),
    ...(relevance_threshold !== undefined && { relevance_threshold }),
    ...(allows_clicks !== undefined && { allows_clicks }),
    ...(paused_until !== undefined && { paused_until }),
  };
}

/** The input of a request to the API; reverses the names of `toChangesJson`. */
export function toPreferenceInput({
  topics_only: topicsOnly,
  shows_summaries: showsSummaries,
  muted_topics: mutedTopics,
  relevance_threshold: relevanceThreshold,
  allows_clicks: allowsClicks,
  paused_until: pausedUntil,
  ...rest
}: PreferenceChanges): SubscriberInput {
  return {
    ...rest,
    topicsOnly,
    showsSummaries,
    mutedTopics,
    relevanceThreshold,
    allowsClicks,
    pausedUntil,
  };
}
