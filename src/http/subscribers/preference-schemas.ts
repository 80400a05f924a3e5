import { type Static, Type } from 'typebox';
import {
  FREQUENCIES,
  PREFERENCE_LIMITS,
  RELEVANCE_THRESHOLDS,
  SUBSCRIBER_STATUSES,
} from '../../domain/subscribers/subscriber.ts';

const { hour, papers, keywords, names, minutes } = PREFERENCE_LIMITS;

const slugs = (description: string) =>
  Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100, description });

const phrases = (description: string) =>
  Type.Array(Type.String({ maxLength: 1000 }), { maxItems: 100, description });

/** OpenAPI 3.0 has no type `null`. */
const nullableOf = <Value>(schema: { type: 'integer' | 'string'; [key: string]: unknown }) =>
  Type.Unsafe<Value | null>({ ...schema, nullable: true });

const preferenceProperties = {
  topics: slugs('Slugs of followed topics'),
  topics_only: Type.Boolean({
    description:
      'Leave out a paper that matches no followed topic, keyword or name, even one like those that the reader liked',
  }),
  shows_summaries: Type.Boolean({
    description: 'Show the summary of a paper that its source gives, named as theirs',
  }),
  muted_topics: slugs(
    'Slugs of topics whose papers are left out unless they match a keyword or a name',
  ),
  keywords: phrases(
    `Words or phrases, at most ${keywords.max}; papers that contain them come first`,
  ),
  names: phrases(`Authors and organisations, at most ${names.max}; their papers come first`),
  frequency: Type.Enum([...FREQUENCIES]),
  timezone: Type.String({ maxLength: 100, description: 'IANA name', examples: ['Europe/Berlin'] }),
  hour: Type.Integer({
    minimum: hour.min,
    maximum: hour.max,
    description: 'Hour of the day in `timezone`',
  }),
  papers: Type.Integer({
    minimum: papers.min,
    maximum: papers.max,
    description: 'Most papers in one digest',
  }),
  minutes: nullableOf<number>({
    type: 'integer',
    minimum: minutes.min,
    maximum: minutes.max,
    description: `Most minutes of reading in one digest, at most ${papers.max} papers; null: only papers are counted`,
  }),
  relevance_threshold: Type.Enum([...RELEVANCE_THRESHOLDS], {
    description:
      'How relevant a digest must be to be sent. low: any paper matches; middle: a paper stands out; high: a paper is among the most discussed, or very like those that the reader liked. A keyword or name always suffices',
  }),
  allows_clicks: Type.Boolean({
    description: 'Whether clicks on papers may be recorded and learned from',
  }),
};

const pauseProperties = {
  paused_until: nullableOf<string>({
    type: 'string',
    maxLength: 40,
    description: 'YYYY-MM-DD: nothing is sent before the digest of that day; null: no pause',
  }),
};

const NO_ADDITIONAL_PROPERTIES = { additionalProperties: false };

export const PreferenceChanges = Type.Partial(
  Type.Object({ ...preferenceProperties, ...pauseProperties }),
  NO_ADDITIONAL_PROPERTIES,
);
export type PreferenceChanges = Static<typeof PreferenceChanges>;

export const SignUpBody = Type.Object(
  {
    email: Type.String({ maxLength: 1000, examples: ['ada@example.org'] }),
    ...PreferenceChanges.properties,
  },
  NO_ADDITIONAL_PROPERTIES,
);

export const SubscriberJson = Type.Object({
  email: Type.String(),
  status: Type.Enum([...SUBSCRIBER_STATUSES]),
  ...preferenceProperties,
  ...pauseProperties,
});
