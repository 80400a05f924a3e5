import type { FastifyReply } from 'fastify';
import { EXAMPLES_COPY } from '../../copy/en/pages/examples.ts';
import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import { LEARNED_COPY } from '../../copy/en/pages/learned.ts';
import { LIBRARY_COPY } from '../../copy/en/pages/library.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { chooseExamples, listExamples } from '../../services/feedback/example-papers.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { readFieldTexts, readFormBody } from '../form-body.ts';
import { TokenParams } from '../schemas.ts';
import { requireSubscriber } from '../subscribers/require-subscriber.ts';
import type { TypedFastify } from '../typed-fastify.ts';

/** Terms that the page names after a choice. */
const SHOWN_TERMS = 3;

/** A choice of recent papers. A GET changes nothing. */
export async function exampleRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const byToken = { schema: { params: TokenParams, hide: true } };

  app.get('/examples/:token', byToken, async (request, reply) => {
    const { token } = request.params;
    return sendExamples(deps, reply, token, await requireSubscriber(deps, token));
  });

  app.post('/examples/:token', byToken, async (request, reply) => {
    const { token } = request.params;
    const subscriber = await requireSubscriber(deps, token);
    const ticked = readFieldTexts(readFormBody(request.body), 'paper');
    const { chosen, terms } = await chooseExamples(deps, subscriber.id, ticked);
    if (chosen === 0)
      return sendExamples(deps, reply, token, subscriber, EXAMPLES_COPY.nothingChosen);
    const { pages, links } = deps;
    const shown = terms.slice(0, SHOWN_TERMS).map(({ term }) => term);
    const page = pages.message({
      title: EXAMPLES_COPY.chosen.title,
      sentences: [
        EXAMPLES_COPY.chosen.sentence(chosen),
        ...(shown.length > 0 ? [EXAMPLES_COPY.chosen.terms(shown)] : []),
      ],
      links: [
        { text: LEARNED_COPY.title, href: links.learned(token) },
        { text: LIBRARY_COPY.title, href: links.library(token) },
        { text: LAYOUT_COPY.settings, href: links.preferences(token) },
      ],
    });
    return sendPage(reply, page);
  });
}

async function sendExamples(
  deps: HttpDeps,
  reply: FastifyReply,
  token: string,
  subscriber: Subscriber,
  problem: string | null = null,
): Promise<FastifyReply> {
  const papers = await listExamples(deps, subscriber);
  const html = deps.pages.examples({
    token,
    title: EXAMPLES_COPY.title,
    sentences: papers.length === 0 ? [EXAMPLES_COPY.none] : [],
    papers,
    problem,
  });
  return sendPage(reply, html, problem === null ? 200 : 400);
}
