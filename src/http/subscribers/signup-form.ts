import { SIGN_UP_COPY } from '../../copy/en/pages/sign-up.ts';
import { groupTopics } from '../../domain/topics/topic.ts';
import type { GroupedTopicName, SignUpFormView } from '../pages/views.ts';
import {
  type FieldOption,
  listFrequencyOptions,
  listHourOptions,
  listPaperCountOptions,
  listTimezoneOptions,
  mapProblemsByField,
} from './form-fields.ts';

/** The fields of the sign-up form, filled with what was typed before. */
export function buildSignUpFormModel(form: SignUpFormView, allTopics: readonly GroupedTopicName[]) {
  const { values, problems } = form;
  const chosen = new Set(values.topics);
  const groups = groupTopics(allTopics).map(({ group, topics }) => ({
    group,
    topics: topics.map((topic): FieldOption => {
      return { value: topic.slug, text: topic.name, isChosen: chosen.has(topic.slug) };
    }),
  }));
  const topics = groups.find(({ group }) => group === null)?.topics ?? [];
  return {
    isPrivate: form.isPrivate,
    email: values.email,
    papers: listPaperCountOptions(values.papers),
    frequencies: listFrequencyOptions(values.frequency),
    hours: listHourOptions(values.hour),
    timezones: listTimezoneOptions(form.timezones, values.timezone),
    topics: topics.slice(0, VISIBLE_TOPICS),
    topicLists: [
      buildTopicList(SIGN_UP_COPY.form.moreTopics, topics.slice(VISIBLE_TOPICS)),
      ...groups.flatMap(({ group, topics: ofGroup }) =>
        group === null ? [] : [buildTopicList(() => group, ofGroup)],
      ),
    ].filter((list) => list.topics.length > 0),
    problems: mapProblemsByField(problems),
    isFresh: Object.keys(problems).length === 0,
  };
}

const VISIBLE_TOPICS = 6;

/** Topics that are folded away; open when one of them is chosen. */
function buildTopicList(label: (count: number) => string, topics: readonly FieldOption[]) {
  return { label: label(topics.length), topics, isOpen: topics.some((each) => each.isChosen) };
}
