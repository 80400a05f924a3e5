import type { FastifyReply } from 'fastify';
import { VERBS } from '../../domain/feedback.ts';
import { dayOf } from '../../domain/schedule.ts';
import type { Subscriber } from '../../domain/subscriber.ts';
import { takeBackFeedback } from '../../services/give-feedback.ts';
import {
  allowTerm,
  forgetLearned,
  forgetTerm,
  listLearned,
  listSaved,
} from '../../services/learned-terms.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { type FormBody, formOf, textOf } from '../forms.ts';
import { requireReader } from '../readers.ts';
import { ReaderPaperParams, TokenParams } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** What Paperboy has learned about a reader, and the papers saved. */
export async function learnedRoutes(app: App, deps: HttpDeps): Promise<void> {
  const byToken = { schema: { params: TokenParams, hide: true } };

  app.get('/learned/:token', byToken, async (request, reply) => {
    const { token } = request.params;
    return sendLearned(deps, reply, token, await requireReader(deps, token), null);
  });

  app.post('/learned/:token', byToken, async (request, reply) => {
    const { token } = request.params;
    const reader = await requireReader(deps, token);
    const notice = await unlearn(deps, reader, formOf(request.body));
    return sendLearned(deps, reply, token, reader, notice);
  });

  app.get('/saved/:token', byToken, async (request, reply) => {
    const { token } = request.params;
    return sendSaved(deps, reply, token, await requireReader(deps, token), null);
  });

  const ofPaper = { schema: { params: ReaderPaperParams, hide: true } };
  app.post('/saved/:token/*', ofPaper, async (request, reply) => {
    const { token, '*': paperId } = request.params;
    const reader = await requireReader(deps, token);
    const given = { subscriberId: reader.id, paperId, verb: 'save' } as const;
    const heard = await takeBackFeedback(deps, given);
    return sendSaved(deps, reply, token, reader, heard?.paper.title ?? null);
  });
}

/** Does what the pressed button says; returns what happened, or null. */
async function unlearn(
  deps: HttpDeps,
  { id: subscriberId }: Subscriber,
  form: FormBody,
): Promise<string | null> {
  const forget = textOf(form, 'forget');
  if (forget !== '' && (await forgetTerm(deps, { subscriberId, term: forget }))) {
    return `“${forget}” is taken away, and never learned again.`;
  }
  const allow = textOf(form, 'allow');
  if (allow !== '' && (await allowTerm(deps, { subscriberId, term: allow }))) {
    return `“${allow}” may be learned again.`;
  }
  const [verbText = '', ...rest] = textOf(form, 'back').split(' ');
  const verb = VERBS.find((each) => each === verbText);
  if (verb !== undefined) {
    const heard = await takeBackFeedback(deps, { subscriberId, verb, paperId: rest.join(' ') });
    if (heard?.isNew) return `Taken back for ${heard.paper.title}.`;
  }
  if (textOf(form, 'forget-all') === 'yes' && (await forgetLearned(deps, subscriberId))) {
    return 'Everything that was learned is forgotten. Saved papers stay saved.';
  }
  return null;
}

async function sendLearned(
  deps: HttpDeps,
  reply: FastifyReply,
  token: string,
  { id, allowsClicks }: Subscriber,
  notice: string | null,
): Promise<FastifyReply> {
  const learned = await listLearned(deps, id);
  const { terms = [], unlearned = [], feedback = [] } = learned ?? {};
  const html = deps.pages.learned({
    token,
    terms,
    unlearned,
    feedback: feedback.map(({ verb, paper, givenAt }) => ({
      verb,
      paper,
      givenOn: dayOf(givenAt),
    })),
    allowsClicks,
    notice,
  });
  return sendPage(reply, html);
}

async function sendSaved(
  deps: HttpDeps,
  reply: FastifyReply,
  token: string,
  { id }: Subscriber,
  removed: string | null,
): Promise<FastifyReply> {
  const papers = (await listSaved(deps.db, id)).map(({ paper, givenAt }) => ({
    ...paper,
    savedOn: dayOf(givenAt),
  }));
  return sendPage(reply, deps.pages.saved({ token, papers, removed }));
}
