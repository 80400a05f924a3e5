import { SIGN_UP_FORM_COPY } from '../../domain/subscribers/consent.ts';
import type { SignUpFormView, TopicName } from '../pages/views.ts';
import {
  type FieldOption,
  listFrequencyOptions,
  listHourOptions,
  listPaperCountOptions,
  listTimezoneOptions,
  mapProblemsByField,
} from './form-fields.ts';

/** The coupon's fields, filled with what was typed before. */
export function buildSignUpFormModel(form: SignUpFormView, allTopics: readonly TopicName[]) {
  const { values, problems } = form;
  const chosen = new Set(values.topics);
  const topics = allTopics.map((topic): FieldOption => {
    return { value: topic.slug, text: topic.name, isChosen: chosen.has(topic.slug) };
  });
  const more = topics.slice(VISIBLE_TOPICS);
  return {
    words: SIGN_UP_FORM_COPY,
    email: values.email,
    papers: listPaperCountOptions(values.papers),
    frequencies: listFrequencyOptions(values.frequency),
    hours: listHourOptions(values.hour),
    zones: listTimezoneOptions(form.timezones, values.timezone),
    topics: topics.slice(0, VISIBLE_TOPICS),
    moreTopics: more,
    hasMoreTopics: more.length > 0,
    isMoreOpen: more.some((topic) => topic.isChosen),
    problems: mapProblemsByField(problems),
    isFresh: Object.keys(problems).length === 0,
  };
}

const VISIBLE_TOPICS = 6;
