import { type Static, type TSchema, Type } from 'typebox';
import { DIGEST_KINDS } from '../domain/digests/digest.ts';

/** Schemas of requests and responses, in snake_case: they validate, type and document the API. */

export const AcceptedJson = Type.Object({ status: Type.Literal('pending') });

export const MailedJson = Type.Object({ status: Type.Literal('mailed') });

export const ErrorJson = Type.Object(
  {
    statusCode: Type.Integer(),
    code: Type.String({ description: 'Stable' }),
    error: Type.String(),
    message: Type.String(),
  },
  { description: 'The problem, with the value and what was expected' },
);

export const TokenParams = Type.Object({
  token: Type.String({ maxLength: 200, description: 'From a link in an email' }),
});

export const DateParams = Type.Object({
  date: Type.String({ maxLength: 40, description: 'YYYY-MM-DD', examples: ['2026-05-08'] }),
});
export type DateParams = Static<typeof DateParams>;

/** An id is the rest of the path, since old arXiv ids contain a slash. */
export const PaperParams = Type.Object({
  '*': Type.String({
    maxLength: 1000,
    description: 'A paper’s id; an old arXiv id keeps its slash',
    examples: ['hep-ex/0307015'],
  }),
});

/** A subscriber's token and a paper. */
export const TokenPaperParams = Type.Object({
  ...TokenParams.properties,
  ...PaperParams.properties,
});

/** An action on the paper of a rank, such as `m12`: a letter and up to four digits. */
export const TokenRankParams = Type.Object({
  ...TokenParams.properties,
  action: Type.String({ maxLength: 5 }),
});

export const TokenSlugParams = Type.Object({
  ...TokenParams.properties,
  slug: Type.String({ maxLength: 200 }),
});

/** Whether to undo the action of the URL. */
export const UndoQuery = Type.Object({
  back: Type.Optional(Type.String({ maxLength: 10 })),
  follow: Type.Optional(Type.String({ maxLength: 10 })),
});

export const FeedParams = Type.Object({ file: Type.String({ maxLength: 200 }) });

export const SlugParams = Type.Object({ slug: Type.String({ maxLength: 200 }) });

/** The rest of the path, without restrictions. */
export const WildcardParams = Type.Object({ '*': Type.String() });

export const InboxMessageParams = Type.Object({ id: Type.String({ maxLength: 200 }) });

export const PaperQuery = Type.Object({
  date: Type.Optional(Type.String({ maxLength: 40, description: 'YYYY-MM-DD' })),
  topic: Type.Optional(Type.String({ maxLength: 100, description: 'Slug' })),
  q: Type.Optional(
    Type.String({ maxLength: 500, description: 'Keywords, “phrases in quotes”, -excluded' }),
  ),
  page: Type.Optional(Type.String({ maxLength: 10, description: 'From 1' })),
});
export type PaperQuery = Static<typeof PaperQuery>;

export const KeywordQuery = Type.Object({
  q: Type.String({ maxLength: 500, description: 'Keywords, “phrases in quotes”, -excluded' }),
});

export const KeywordCountJson = Type.Object({
  keyword: Type.String(),
  papers_per_week: Type.Unsafe<number | null>({ type: 'number', nullable: true }),
});

/** Preselects a topic in the front page's sign-up form. */
export const FrontQuery = Type.Object({ topic: Type.Optional(Type.String({ maxLength: 100 })) });

export const PageQuery = Type.Object({ page: Type.Optional(Type.String({ maxLength: 10 })) });

export const MonthQuery = Type.Object({ month: Type.Optional(Type.String({ maxLength: 10 })) });

export const DigestQuery = Type.Object({ kind: Type.Optional(Type.Enum([...DIGEST_KINDS])) });
export type DigestQuery = Static<typeof DigestQuery>;

export const PaperJson = Type.Object({
  id: Type.String(),
  title: Type.String(),
  abstract: Type.String(),
  authors: Type.Array(Type.String()),
  author_count: Type.Optional(Type.Integer()),
  organization: Type.Optional(Type.String()),
  published_on: Type.Optional(Type.String()),
  listed_on: Type.String(),
  upvotes: Type.Integer(),
  comments: Type.Integer(),
  url: Type.Optional(Type.String()),
  code_url: Type.Optional(Type.String()),
  categories: Type.Optional(
    Type.Array(Type.String(), {
      description: 'As the source names them, the primary one first',
      examples: [['cs.CL', 'cs.LG']],
    }),
  ),
  summary: Type.Optional(Type.String({ description: 'Written by `summary_by`, not by Paperboy' })),
  summary_by: Type.Optional(Type.String({ examples: ['Hugging Face'] })),
  keywords: Type.Optional(Type.Array(Type.String(), { description: 'In the source’s words' })),
  project_url: Type.Optional(Type.String()),
  code_stars: Type.Optional(Type.Integer()),
  venue: Type.Optional(
    Type.String({ description: 'Where it appeared or was accepted', examples: ['ICML 2026'] }),
  ),
  doi: Type.Optional(Type.String()),
  topics: Type.Array(Type.String(), { description: 'Slugs, the best match first' }),
  sources: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Where it was listed, the earliest first; absent in digests',
      examples: [['hf-daily', 'arxiv:cs.CL+cs.LG']],
    }),
  ),
  withdrawn_on: Type.Optional(Type.String()),
});

export const PaperList = Type.Array(PaperJson);

export const TopicList = Type.Array(
  Type.Object({
    slug: Type.String(),
    name: Type.String(),
    group: Type.Union([Type.String(), Type.Null()], {
      description: 'The heading that the topic is listed under',
    }),
    papers: Type.Integer({ description: 'All stored papers' }),
  }),
);

const DigestJson = Type.Object({
  kind: Type.Enum([...DIGEST_KINDS]),
  date: Type.String(),
  number: Type.Integer(),
  composed_at: Type.String(),
  paper_count: Type.Integer(),
});

export const DigestList = Type.Array(DigestJson);

export const DigestWithPapers = Type.Object({
  ...DigestJson.properties,
  papers: Type.Array(PaperJson),
});

export const LivenessJson = Type.Object({ status: Type.Literal('ok') });

const ReadinessCheckName = Type.Enum(['database', 'migrations', 'queue', 'relay']);
const CheckStatus = Type.Enum(['ok', 'failed']);
const perCheck = <Schema extends TSchema>(schema: Schema) =>
  Type.Object({ database: schema, migrations: schema, queue: schema, relay: schema });

export const ReadinessQuery = Type.Object({
  exclude: Type.Optional(
    Type.Union([ReadinessCheckName, Type.Array(ReadinessCheckName)], {
      description: 'A check to ignore, such as the relay for a load balancer',
    }),
  ),
});

export const StatusQuery = Type.Object({ for: Type.Optional(Type.Literal('operator')) });

export const ReadinessJson = Type.Object({
  status: Type.Enum(['ok', 'unavailable']),
  checks: perCheck(CheckStatus),
  sentences: perCheck(Type.String()),
});
