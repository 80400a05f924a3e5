import { SIGN_UP_COPY } from '../../copy/en/pages/sign-up.ts';
import type { SignUpFormView, TopicName } from '../pages/views.ts';
import {
  type FieldOption,
  listFrequencyOptions,
  listHourOptions,
  listPaperCountOptions,
  listTimezoneOptions,
  mapProblemsByField,
} from './form-fields.ts';

/** The fields of the sign-up form, filled with what was typed before. */
export function buildSignUpFormModel(form: SignUpFormView, allTopics: readonly TopicName[]) {
  const { values, problems } = form;
  const chosen = new Set(values.topics);
  const topics = allTopics.map((topic): FieldOption => {
    return { value: topic.slug, text: topic.name, isChosen: chosen.has(topic.slug) };
  });
  const more = topics.slice(VISIBLE_TOPICS);
  return {
    email: values.email,
    papers: listPaperCountOptions(values.papers),
    frequencies: listFrequencyOptions(values.frequency),
    hours: listHourOptions(values.hour),
    timezones: listTimezoneOptions(form.timezones, values.timezone),
    topics: topics.slice(0, VISIBLE_TOPICS),
    moreTopics: more,
    moreTopicsLabel: SIGN_UP_COPY.form.moreTopics(more.length),
    hasMoreTopics: more.length > 0,
    isMoreOpen: more.some((topic) => topic.isChosen),
    problems: mapProblemsByField(problems),
    isFresh: Object.keys(problems).length === 0,
  };
}

const VISIBLE_TOPICS = 6;
