import { PaperboyError } from '../../domain/errors.ts';
import { dayOf } from '../../domain/schedule.ts';
import { findFeedReader } from '../../services/change-preferences.ts';
import { readSelections } from '../../services/read-selections.ts';
import { atomFeed } from '../atom.ts';
import type { HttpDeps } from '../deps.ts';
import { unknownToken } from '../readers.ts';
import { FeedParams } from '../schemas.ts';
import type { App } from '../typed-app.ts';

const ENDING = '.xml';

/** Feed readers ask often; a selection changes once a day. */
const FRESH_SECONDS = 900;

/** A reader's own selections for feed readers, also of one who left: then it just ends. */
export async function privateFeedRoutes(app: App, deps: HttpDeps): Promise<void> {
  const { db, links, tokens, config } = deps;

  app.get(
    '/feeds/:file',
    { schema: { params: FeedParams, hide: true } },
    async (request, reply) => {
      const { file } = request.params;
      if (!file.endsWith(ENDING)) {
        const message = 'A private feed’s address ends in .xml.';
        throw new PaperboyError('NO_FEED', message, { statusCode: 404 });
      }
      const reader = await findFeedReader(deps, file.slice(0, -ENDING.length));
      if (!reader) throw unknownToken();
      const sent = await readSelections(db, reader.id);
      const feed = atomFeed({
        id: links.feedOf(tokens.sealFeed(reader.id)),
        title: `${config.siteName}: chosen for you`,
        page: links.home,
        updated: dayOf(sent[0]?.sentAt ?? reader.createdAt),
        entries: sent.map(({ paper, reason, sentAt }) => ({
          paper,
          link: links.paper(paper.id),
          note: reason,
          day: dayOf(sentAt),
        })),
      });
      return reply
        .header('cache-control', `private, max-age=${FRESH_SECONDS}`)
        .header('x-robots-tag', 'noindex, nofollow')
        .type('application/atom+xml; charset=utf-8')
        .send(feed);
    },
  );
}
