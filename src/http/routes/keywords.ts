import { PaperboyError } from '../../domain/errors.ts';
import { PREFERENCE_LIMITS } from '../../domain/subscriber.ts';
import { cleanText } from '../../domain/text.ts';
import { countPhrases } from '../../services/count-phrases.ts';
import { limitCounts } from '../count-limit.ts';
import type { HttpDeps } from '../deps.ts';
import { networkOf } from '../network.ts';
import { ErrorBody, KeywordCount, KeywordQuery } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** As fast as somebody types, and then some. */
const QUESTIONS_PER_MINUTE = 120;

/** What a keyword would bring, before it is followed. */
export async function keywordRoutes(app: App, { db, clock }: HttpDeps): Promise<void> {
  const limit = limitCounts(QUESTIONS_PER_MINUTE);

  app.get(
    '/api/keywords/count',
    {
      schema: {
        tags: ['papers'],
        summary: 'How many papers a week say a keyword',
        description: 'The average of the last four weeks; null when nothing of it can be searched.',
        querystring: KeywordQuery,
        response: { 200: KeywordCount, 400: ErrorBody, 429: ErrorBody },
      },
    },
    async (request) => {
      await limit(networkOf(request.ip));
      const keyword = cleanText(request.query.q);
      const { maxLength } = PREFERENCE_LIMITS.keywords;
      if (keyword === '' || keyword.length > maxLength) {
        const message = `q has ${keyword.length} characters: expected a keyword of 1 to ${maxLength}.`;
        throw new PaperboyError('INVALID_QUERY', message);
      }
      const { keywords } = await countPhrases(db, { keywords: [keyword], names: [] }, clock());
      return { keyword, papers_per_week: keywords.get(keyword) ?? null };
    },
  );
}
