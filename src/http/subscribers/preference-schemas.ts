import { type Static, Type } from 'typebox';
import {
  FREQUENCIES,
  PREFERENCE_LIMITS,
  RELEVANCE_THRESHOLDS,
  SUBSCRIBER_STATUSES,
} from '../../domain/subscribers/subscriber.ts';

/** A reader's choice as it stands on the wire. */

const { hour, papers, keywords, names, minutes } = PREFERENCE_LIMITS;

const slugs = (description: string) =>
  Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100, description });

const phrases = (description: string) =>
  Type.Array(Type.String({ maxLength: 1000 }), { maxItems: 100, description });

/** OpenAPI 3.0 knows no type `null`. */
const nullableOf = <Value>(schema: { type: 'integer' | 'string'; [key: string]: unknown }) =>
  Type.Unsafe<Value | null>({ ...schema, nullable: true });

const preferenceProperties = {
  topics: slugs('Slugs of followed topics'),
  muted_topics: slugs('Slugs of topics whose papers never come, but for own words and names'),
  keywords: phrases(`Words that papers may say, at most ${keywords.max}; such papers come first`),
  names: phrases(`Authors and organisations, at most ${names.max}; their papers come first`),
  frequency: Type.Enum([...FREQUENCIES]),
  timezone: Type.String({ maxLength: 100, description: 'IANA name', examples: ['Europe/Berlin'] }),
  hour: Type.Integer({ minimum: hour.min, maximum: hour.max, description: 'Hour of the own day' }),
  papers: Type.Integer({
    minimum: papers.min,
    maximum: papers.max,
    description: 'Most papers in one digest',
  }),
  minutes: nullableOf<number>({
    type: 'integer',
    minimum: minutes.min,
    maximum: minutes.max,
    description: `Most minutes of reading in one digest, at most ${papers.max} papers; null: papers are counted`,
  }),
  relevance_threshold: Type.Enum([...RELEVANCE_THRESHOLDS], {
    description:
      'What a digest must hold to be sent. low: any paper that matches; middle: one that stands out; high: one that most talk about. Own words and names clear every bar',
  }),
  allows_clicks: Type.Boolean({
    description: 'Whether following a paper’s link may teach what the reader likes',
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
