import { ERROR_COPY } from '../../copy/en/pages/errors.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { PREFERENCE_LIMITS } from '../../domain/subscribers/subscriber.ts';
import { cleanText } from '../../domain/text/clean-text.ts';
import { countPhrases } from '../../services/papers/count-phrases.ts';
import type { HttpDeps } from '../deps.ts';
import { maskToNetwork } from '../network.ts';
import { ErrorJson, KeywordCountJson, KeywordQuery } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { createKeywordCountLimit } from './keyword-count-limit.ts';

/** More than anybody types. */
const REQUESTS_PER_MINUTE = 120;

/** Counts the papers that a keyword would match. */
export async function keywordRoutes(app: TypedFastify, { db, clock }: HttpDeps): Promise<void> {
  const limit = createKeywordCountLimit(REQUESTS_PER_MINUTE);

  app.get(
    '/api/keywords/count',
    {
      schema: {
        tags: ['papers'],
        summary: 'How many papers a week mention a keyword',
        description:
          'The average of the last four weeks; null when the keyword cannot be searched.',
        querystring: KeywordQuery,
        response: { 200: KeywordCountJson, 400: ErrorJson, 429: ErrorJson },
      },
    },
    async (request) => {
      await limit(maskToNetwork(request.ip));
      const keyword = cleanText(request.query.q);
      const { maxLength } = PREFERENCE_LIMITS.keywords;
      if (keyword === '' || keyword.length > maxLength) {
        const message = ERROR_COPY.keywordLength(keyword.length, maxLength);
        throw new PaperboyError('INVALID_QUERY', message);
      }
      const { keywords } = await countPhrases(db, { keywords: [keyword], names: [] }, clock());
      return { keyword, papers_per_week: keywords.get(keyword) ?? null };
    },
  );
}
