import type { FastifyInstance, FastifyReply } from 'fastify';
import { PaperboyError } from '../../domain/errors.ts';
import {
  InvalidPreferences,
  type PreferenceAnswers,
  type Problems,
  readPreferences,
} from '../../domain/preferences.ts';
import { dayOf, timezones } from '../../domain/schedule.ts';
import type { Preferences, Subscriber } from '../../domain/subscriber.ts';
import { changePreferences, findReader } from '../../services/change-preferences.ts';
import { readTopics } from '../../services/read-papers.ts';
import { requestData } from '../../services/request-data.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { answersOf, formOf } from '../forms.ts';
import { readerJson } from '../reader-json.ts';
import { ErrorBody, PreferenceChanges, Reader, TokenParams } from '../schemas.ts';

/** A reader's own page and the same for programs. The token in the link is the key. */
export async function preferenceRoutes(app: FastifyInstance, deps: HttpDeps): Promise<void> {
  const page = { schema: { params: TokenParams, hide: true } };
  const api = (summary: string, more: object = {}) => ({
    schema: { tags: ['preferences'], summary, params: TokenParams, ...more },
  });

  app.get('/preferences/:token', page, async (request, reply) => {
    const { token } = request.params as TokenParams;
    return sendPreferences(deps, reply, token, await requireReader(deps, token), {});
  });

  app.post('/preferences/:token', page, async (request, reply) => {
    const { token } = request.params as TokenParams;
    const reader = await requireReader(deps, token);
    const answers = answersOf(formOf(request.body));
    try {
      const changed = await change(deps, token, answers);
      return sendPreferences(deps, reply, token, changed, { saved: true });
    } catch (error) {
      if (!(error instanceof InvalidPreferences)) throw error;
      const typed = { ...reader, ...(answers as Partial<Preferences>) };
      return sendPreferences(deps, reply, token, typed, { problems: error.problems });
    }
  });

  app.get(
    '/api/preferences/:token',
    api('Who gets what, and when', { response: { 200: Reader, 404: ErrorBody } }),
    async (request) => readerJson(await requireReader(deps, (request.params as TokenParams).token)),
  );

  app.patch(
    '/api/preferences/:token',
    api('Change what is named', {
      body: PreferenceChanges,
      response: { 200: Reader, 400: ErrorBody, 404: ErrorBody },
    }),
    async (request) => {
      const { token } = request.params as TokenParams;
      return readerJson(await change(deps, token, request.body as PreferenceAnswers));
    },
  );

  app.post(
    '/api/preferences/:token/export',
    api('Mail a link to everything that is stored'),
    (request, reply) => mailDataLink(deps, reply, request.params as TokenParams, 'export'),
  );

  app.delete(
    '/api/preferences/:token',
    api('Mail a link that erases everything'),
    (request, reply) => mailDataLink(deps, reply, request.params as TokenParams, 'erase'),
  );

  for (const kind of ['export', 'erase'] as const) {
    app.post(`/preferences/:token/${kind}`, page, async (request, reply) => {
      const { token } = request.params as TokenParams;
      if (!(await requestData(deps, token, kind))) throw unknownToken();
      const sentence =
        'A letter with a link is on its way to you. The link is good for 30 minutes.';
      const back = { text: 'Back to your delivery', href: deps.links.preferences(token) };
      const html = deps.pages.message({
        title: 'Look into your mail',
        sentences: [sentence],
        links: [back],
      });
      return sendPage(reply, html, 202);
    });
  }
  app.delete('/preferences/:token', page, (request, reply) =>
    mailDataLink(deps, reply, request.params as TokenParams, 'erase'),
  );
}

async function mailDataLink(
  deps: HttpDeps,
  reply: FastifyReply,
  { token }: TokenParams,
  kind: 'export' | 'erase',
): Promise<FastifyReply> {
  if (!(await requestData(deps, token, kind))) throw unknownToken();
  return reply.code(202).send({ status: 'mailed' });
}

async function change(
  deps: HttpDeps,
  token: string,
  answers: PreferenceAnswers,
): Promise<Subscriber> {
  await requireReader(deps, token);
  const slugs = new Set((await readTopics(deps.db)).map(({ slug }) => slug));
  const changed = await changePreferences(deps, token, readPreferences(answers, slugs));
  if (!changed) throw unknownToken();
  return changed;
}

async function requireReader(deps: HttpDeps, token: string): Promise<Subscriber> {
  const reader = await findReader(deps, token);
  if (!reader) throw unknownToken();
  return reader;
}

function unknownToken(): PaperboyError {
  const message = 'This link belongs to nobody: it was cut short, or its reader has been erased.';
  return new PaperboyError('UNKNOWN_TOKEN', message, { statusCode: 404 });
}

async function sendPreferences(
  { db, pages }: HttpDeps,
  reply: FastifyReply,
  token: string,
  reader: Subscriber,
  { saved = false, problems = {} }: { saved?: boolean; problems?: Problems },
): Promise<FastifyReply> {
  const topics = (await readTopics(db)).map(({ slug, name }) => ({
    slug,
    name,
    isFollowed: reader.topics.includes(slug),
    papersPerWeek: null,
  }));
  const html = pages.preferences({
    token,
    email: reader.email,
    status: reader.status,
    preferences: reader,
    topics,
    timezones: timezones(),
    askedOn: dayOf(reader.createdAt),
    nextEditionOn: null,
    saved,
    problems,
  });
  return sendPage(reply, html, Object.keys(problems).length > 0 ? 400 : 200);
}
