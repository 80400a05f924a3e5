import type { FastifyReply } from 'fastify';
import { PREFERENCES_COPY } from '../../copy/en/pages/preferences.ts';
import { localDayOf, nextDigestSendAt } from '../../domain/digests/next-digest.ts';
import {
  InvalidPreferencesError,
  type PreferenceProblems,
} from '../../domain/subscribers/preferences.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { listTimezones, toUtcDay } from '../../domain/time/schedule.ts';
import { isOffered } from '../../domain/topics/topic.ts';
import { countPhrases } from '../../services/papers/count-phrases.ts';
import { countTopicsPerWeek } from '../../services/topics/count-topics.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { type FormBody, readFieldText, readFormBody } from '../form-body.ts';
import { TokenParams } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import {
  readAddedPhrase,
  readPreferencesForm,
  readRemovedPhrases,
  readTypedSubscriber,
} from './preferences-form.ts';
import { requireSubscriber, sendDataLink, updateSubscriber } from './require-subscriber.ts';
import { SHOWN_FIELD, serializeShownPreferences } from './shown-preferences.ts';

/** The settings page, authorised by the token in the links of a subscriber's mails. */
export async function preferenceRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const { pages, links } = deps;
  const routeOptions = { schema: { params: TokenParams, hide: true } };

  app.get('/preferences/:token', routeOptions, async (request, reply) => {
    const { token } = request.params;
    return sendPreferences(deps, reply, token, await requireSubscriber(deps, token), {});
  });

  app.post('/preferences/:token', routeOptions, async (request, reply) => {
    const { token } = request.params;
    const subscriber = await requireSubscriber(deps, token);
    const form = readFormBody(request.body);
    try {
      const changed = await updateSubscriber(deps, token, readPreferencesForm(form, subscriber));
      const openSection = readFieldText(form, 'open') || null;
      return sendPreferences(deps, reply, token, changed, { isSaved: true, openSection });
    } catch (error) {
      if (!(error instanceof InvalidPreferencesError)) throw error;
      const { problems } = error;
      const shown = serializeShownPreferences(subscriber, readFieldText(form, SHOWN_FIELD));
      const typed = readTypedSubscriber(form, subscriber);
      return sendPreferences(deps, reply, token, typed, { problems, form, shown });
    }
  });

  app.post('/preferences/:token/resume', routeOptions, async (request, reply) => {
    const { token } = request.params;
    const changed = await updateSubscriber(deps, token, { pausedUntil: null });
    return sendPreferences(deps, reply, token, changed, { isSaved: true });
  });

  for (const kind of ['export', 'erase'] as const) {
    app.post(`/preferences/:token/${kind}`, routeOptions, async (request, reply) => {
      const { token } = request.params;
      await sendDataLink(deps, token, kind);
      const html = pages.message({
        ...PREFERENCES_COPY.data.linkSent,
        links: [{ text: PREFERENCES_COPY.data.linkSent.back, href: links.preferences(token) }],
      });
      return sendPage(reply, html, 202);
    });
  }

  app.delete('/preferences/:token', routeOptions, async (request, reply) => {
    await sendDataLink(deps, request.params.token, 'erase');
    return reply.code(202).send({ status: 'mailed' });
  });
}

/** The request that the page answers. */
interface PreferencesPageState {
  isSaved?: boolean;
  problems?: PreferenceProblems;
  openSection?: string | null;
  /** The form as submitted, when it was rejected. */
  form?: FormBody;
  /** The preferences that the form was based on. @defaultValue those of the subscriber */
  shown?: string;
}

async function sendPreferences(
  deps: HttpDeps,
  reply: FastifyReply,
  token: string,
  subscriber: Subscriber,
  {
    isSaved = false,
    problems = {},
    openSection = null,
    form = {},
    shown = serializeShownPreferences(subscriber),
  }: PreferencesPageState,
): Promise<FastifyReply> {
  const now = deps.clock();
  const counted = await countTopicsPerWeek(deps.db, now);
  const hasCounts = counted.some(({ papersPerWeek }) => papersPerWeek > 0);
  const own = new Set([...subscriber.topics, ...subscriber.mutedTopics]);
  const topics = counted
    .filter((topic) => isOffered(topic) || own.has(topic.slug))
    .map(({ slug, name, group, papersPerWeek }) => ({
      slug,
      name,
      group,
      papersPerWeek: hasCounts ? papersPerWeek : null,
    }));
  const html = deps.pages.preferences({
    token,
    email: subscriber.email,
    status: subscriber.status,
    preferences: subscriber,
    pausedUntil: subscriber.pausedUntil,
    typedPausedUntil: form.paused_until === undefined ? null : readFieldText(form, 'paused_until'),
    shown,
    topics,
    phrases: await readPhraseRows(deps, subscriber, form),
    feedHref: deps.links.feed(deps.tokens.sealFeed(subscriber.id)),
    today: toUtcDay(now),
    openSection,
    timezones: listTimezones(),
    askedOn: toUtcDay(subscriber.createdAt),
    nextDigestOn: findNextDigestDay(deps, subscriber),
    isSaved,
    problems,
  });
  return sendPage(reply, html, Object.keys(problems).length > 0 ? 400 : 200);
}

/** The subscriber's keywords and names with their weekly counts, as typed if the form was
 *  rejected. */
async function readPhraseRows({ db, clock }: HttpDeps, subscriber: Subscriber, form: FormBody) {
  const counts = await countPhrases(db, subscriber, clock());
  const rowsOf = (field: 'keywords' | 'names') => {
    const removed = readRemovedPhrases(form, field);
    return subscriber[field].map((text) => ({
      text,
      perWeek: counts[field].get(text) ?? null,
      isRemoved: removed.has(text),
    }));
  };
  return {
    keywords: rowsOf('keywords'),
    names: rowsOf('names'),
    addedKeyword: readAddedPhrase(form, 'keywords'),
    addedName: readAddedPhrase(form, 'names'),
  };
}

/** Null for a subscriber who gets no mail. */
function findNextDigestDay({ clock, config }: HttpDeps, subscriber: Subscriber): string | null {
  if (subscriber.status !== 'active' || subscriber.confirmedAt === null) return null;
  const { composeAt } = config;
  const next = nextDigestSendAt(subscriber, {
    now: clock(),
    composeAt,
    activeSince: subscriber.confirmedAt,
  });
  return next && localDayOf(next, subscriber.timezone);
}
