import { type Static, type TSchema, Type } from 'typebox';
import { DIGEST_KINDS } from '../domain/digests/digest.ts';

/** What stands on the wire, in snake_case: validated, typed and documented from here. */

export const AcceptedJson = Type.Object({ status: Type.Literal('pending') });

export const MailedJson = Type.Object({ status: Type.Literal('mailed') });

export const ErrorJson = Type.Object(
  {
    statusCode: Type.Integer(),
    code: Type.String({ description: 'Stable' }),
    error: Type.String(),
    message: Type.String(),
  },
  { description: 'What was wrong, naming the value and what was expected' },
);

export const TokenParams = Type.Object({
  token: Type.String({ maxLength: 200, description: 'From the links in a mail' }),
});

export const DateParams = Type.Object({
  date: Type.String({ maxLength: 40, description: 'YYYY-MM-DD', examples: ['2026-05-08'] }),
});
export type DateParams = Static<typeof DateParams>;

/** Old arXiv ids hold a slash, so an id is the rest of the path. */
export const PaperParams = Type.Object({
  '*': Type.String({
    maxLength: 1000,
    description: 'A paper’s id; the slash of an old arXiv id stays one',
    examples: ['hep-ex/0307015'],
  }),
});

/** A reader's token and a paper. */
export const TokenPaperParams = Type.Object({
  ...TokenParams.properties,
  ...PaperParams.properties,
});

export const TokenSlugParams = Type.Object({
  ...TokenParams.properties,
  slug: Type.String({ maxLength: 200 }),
});

/** Takes back what an address says. */
export const UndoQuery = Type.Object({
  back: Type.Optional(Type.String({ maxLength: 10 })),
  follow: Type.Optional(Type.String({ maxLength: 10 })),
});

export const FeedParams = Type.Object({ file: Type.String({ maxLength: 200 }) });

export const SlugParams = Type.Object({ slug: Type.String({ maxLength: 200 }) });

/** What follows in the path, whatever it is. */
export const WildcardParams = Type.Object({ '*': Type.String() });

export const InboxMessageParams = Type.Object({ id: Type.String({ maxLength: 200 }) });

export const PaperQuery = Type.Object({
  date: Type.Optional(Type.String({ maxLength: 40, description: 'YYYY-MM-DD' })),
  topic: Type.Optional(Type.String({ maxLength: 100, description: 'Slug' })),
  q: Type.Optional(
    Type.String({ maxLength: 500, description: 'Words, phrases in quotes, -without' }),
  ),
  page: Type.Optional(Type.String({ maxLength: 10, description: 'From 1' })),
});
export type PaperQuery = Static<typeof PaperQuery>;

export const KeywordQuery = Type.Object({
  q: Type.String({ maxLength: 500, description: 'Words, phrases in quotes, -without' }),
});

export const KeywordCountJson = Type.Object({
  keyword: Type.String(),
  papers_per_week: Type.Unsafe<number | null>({ type: 'number', nullable: true }),
});

/** What the front page's sign-up form is filled with. */
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
  topics: Type.Array(Type.String(), { description: 'Slugs, the best first' }),
  sources: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Where it was listed, the earliest first; not in what a digest froze',
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
    papers: Type.Integer({ description: 'All stored papers' }),
  }),
);

export const DigestJson = Type.Object({
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
      description: 'A part that need not be in order, such as the relay for a load balancer',
    }),
  ),
});

export const StatusQuery = Type.Object({ for: Type.Optional(Type.Literal('operator')) });

export const ReadinessJson = Type.Object({
  status: Type.Enum(['ok', 'unavailable']),
  checks: perCheck(CheckStatus),
  sentences: perCheck(Type.String()),
});
