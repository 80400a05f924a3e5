import type { FastifyReply } from 'fastify';
import { LEARNED_COPY } from '../../copy/en/pages/learned.ts';
import { LIBRARY_COPY } from '../../copy/en/pages/library.ts';
import { FEEDBACK_VERBS } from '../../domain/feedback/feedback-event.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import { undoFeedback } from '../../services/feedback/give-feedback.ts';
import {
  allowTerm,
  forgetLearned,
  forgetTerm,
  listLearned,
  listSaved,
} from '../../services/feedback/learned-terms.ts';
import { readOwnLibrary } from '../../services/library/read-own-library.ts';
import { removeFromLibrary } from '../../services/library/remove-library.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { type FormBody, readFieldText, readFormBody } from '../form-body.ts';
import { TokenPaperParams, TokenParams } from '../schemas.ts';
import { requireSubscriber } from '../subscribers/require-subscriber.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { nameLibraryPaper } from './learned-page.ts';

/** A subscriber's learned terms and saved papers. */
export async function learnedRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const byToken = { schema: { params: TokenParams, hide: true } };

  app.get('/learned/:token', byToken, async (request, reply) => {
    const { token } = request.params;
    return sendLearned(deps, reply, token, await requireSubscriber(deps, token), null);
  });

  app.post('/learned/:token', byToken, async (request, reply) => {
    const { token } = request.params;
    const subscriber = await requireSubscriber(deps, token);
    const notice = await applyLearnedForm(deps, subscriber, readFormBody(request.body));
    return sendLearned(deps, reply, token, subscriber, notice);
  });

  app.get('/saved/:token', byToken, async (request, reply) => {
    const { token } = request.params;
    return sendSaved(deps, reply, token, await requireSubscriber(deps, token), null);
  });

  const ofPaper = { schema: { params: TokenPaperParams, hide: true } };
  app.post('/saved/:token/*', ofPaper, async (request, reply) => {
    const { token, '*': paperId } = request.params;
    const subscriber = await requireSubscriber(deps, token);
    const explicitFeedback = { subscriberId: subscriber.id, paperId, verb: 'save' } as const;
    const result = await undoFeedback(deps, explicitFeedback);
    return sendSaved(deps, reply, token, subscriber, result?.paper.title ?? null);
  });
}

/** Applies the submitted form. Returns a sentence about what changed, or null. */
async function applyLearnedForm(
  deps: HttpDeps,
  { id: subscriberId }: Subscriber,
  form: FormBody,
): Promise<string | null> {
  const forget = readFieldText(form, 'forget');
  if (forget !== '' && (await forgetTerm(deps, { subscriberId, term: forget }))) {
    return LEARNED_COPY.notice.removed(forget);
  }
  const allow = readFieldText(form, 'allow');
  if (allow !== '' && (await allowTerm(deps, { subscriberId, term: allow }))) {
    return LEARNED_COPY.notice.allowed(allow);
  }
  const [verbText = '', ...rest] = readFieldText(form, 'back').split(' ');
  const verb = FEEDBACK_VERBS.find((each) => each === verbText);
  if (verb !== undefined) {
    const result = await undoFeedback(deps, { subscriberId, verb, paperId: rest.join(' ') });
    if (result?.isNew) return LEARNED_COPY.notice.undone(result.paper.title);
  }
  const removed = await removeLibraryRow(deps, subscriberId, readFieldText(form, 'remove'));
  if (removed !== null) return removed;
  if (readFieldText(form, 'forget-all') === 'yes' && (await forgetLearned(deps, subscriberId))) {
    return LEARNED_COPY.notice.forgotten;
  }
  return null;
}

/** Removes a paper of the library, or all of them. */
async function removeLibraryRow(
  deps: HttpDeps,
  subscriberId: number,
  row: string,
): Promise<string | null> {
  if (row === 'all') {
    const removed = await removeFromLibrary(deps, subscriberId, 'all');
    return removed > 0 ? LIBRARY_COPY.removedAll(removed) : null;
  }
  if (!/^\d{1,9}$/.test(row)) return null;
  const { papers } = await readOwnLibrary(deps.db, subscriberId);
  const paper = papers.find(({ position }) => position === Number(row));
  if (!paper || (await removeFromLibrary(deps, subscriberId, paper.position)) === 0) return null;
  return LIBRARY_COPY.removed(nameLibraryPaper(paper));
}

async function sendLearned(
  deps: HttpDeps,
  reply: FastifyReply,
  token: string,
  { id, allowsClicks }: Subscriber,
  notice: string | null,
): Promise<FastifyReply> {
  const learned = await listLearned(deps, id);
  const { terms = [], unlearned = [], feedback = [], library = [] } = learned ?? {};
  const html = deps.pages.learned({
    token,
    terms,
    unlearned,
    feedback: feedback.map(({ verb, paper, givenAt }) => ({
      verb,
      paper,
      givenOn: toUtcDay(givenAt),
    })),
    library,
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
    savedOn: toUtcDay(givenAt),
  }));
  return sendPage(reply, deps.pages.saved({ token, papers, removed }));
}
