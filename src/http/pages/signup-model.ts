import { COUPON } from '../../domain/consent.ts';
import {
  type Choice,
  frequencyChoices,
  hourChoices,
  paperChoices,
  problemsByField,
  zoneChoices,
} from './fields.ts';
import type { SignupForm, TopicName } from './views.ts';

/** The coupon's fields, filled with what was typed before. */
export function signupModel(form: SignupForm, allTopics: readonly TopicName[]) {
  const { values, problems } = form;
  const chosen = new Set(values.topics);
  const topics = allTopics.map((topic): Choice => {
    return { value: topic.slug, text: topic.name, isChosen: chosen.has(topic.slug) };
  });
  const more = topics.slice(TOPICS_IN_SIGHT);
  return {
    words: COUPON,
    email: values.email,
    papers: paperChoices(values.papers),
    frequencies: frequencyChoices(values.frequency),
    hours: hourChoices(values.hour),
    zones: zoneChoices(form.timezones, values.timezone),
    topics: topics.slice(0, TOPICS_IN_SIGHT),
    moreTopics: more,
    hasMoreTopics: more.length > 0,
    isMoreOpen: more.some((topic) => topic.isChosen),
    problems: problemsByField(problems),
    isFresh: Object.keys(problems).length === 0,
  };
}

const TOPICS_IN_SIGHT = 6;
