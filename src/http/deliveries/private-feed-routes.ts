import { DIGESTS_COPY } from '../../copy/en/pages/digests.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import { readSelections } from '../../services/deliveries/read-selections.ts';
import { findSubscriberByFeedToken } from '../../services/subscribers/change-preferences.ts';
import { renderAtomFeed } from '../atom-feed.ts';
import type { HttpDeps } from '../deps.ts';
import { FeedParams } from '../schemas.ts';
import { createUnknownTokenError } from '../subscribers/require-subscriber.ts';
import type { TypedFastify } from '../typed-fastify.ts';

const FEED_EXTENSION = '.xml';

/** Feed readers poll often; a selection changes once a day. */
const MAX_AGE_SECONDS = 900;

/**
 * A private feed of a subscriber's selections. It outlives the subscription, but gets no new
 * papers.
 */
export async function privateFeedRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const { db, links, tokens, config } = deps;

  app.get(
    '/feeds/:file',
    { schema: { params: FeedParams, hide: true } },
    async (request, reply) => {
      const { file } = request.params;
      if (!file.endsWith(FEED_EXTENSION)) {
        throw new PaperboyError('NO_FEED', DIGESTS_COPY.feedNotFound);
      }
      const subscriber = await findSubscriberByFeedToken(
        deps,
        file.slice(0, -FEED_EXTENSION.length),
      );
      if (!subscriber) throw createUnknownTokenError();
      const selections = await readSelections(db, subscriber.id);
      const feed = renderAtomFeed({
        id: links.feed(tokens.sealFeed(subscriber.id)),
        title: DIGESTS_COPY.feedTitle(config.siteName),
        pageUrl: links.home,
        updated: toUtcDay(selections[0]?.sentAt ?? subscriber.createdAt),
        entries: selections.map(({ paper, reason, sentAt }) => ({
          paper,
          link: links.paper(paper.id),
          note: reason,
          day: toUtcDay(sentAt),
        })),
      });
      return reply
        .header('cache-control', `private, max-age=${MAX_AGE_SECONDS}`)
        .header('x-robots-tag', 'noindex, nofollow')
        .type('application/atom+xml; charset=utf-8')
        .send(feed);
    },
  );
}
