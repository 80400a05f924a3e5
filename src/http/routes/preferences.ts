import type { FastifyReply } from 'fastify';
import { localDay, nextEditionAt } from '../../domain/next-edition.ts';
import { InvalidPreferences, type Problems } from '../../domain/preferences.ts';
import { dayOf, timezones } from '../../domain/schedule.ts';
import type { Subscriber } from '../../domain/subscriber.ts';
import { countPhrases } from '../../services/count-phrases.ts';
import { countTopicsPerWeek } from '../../services/count-topics.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { type FormBody, formOf, textOf } from '../forms.ts';
import { addedIn, preferenceAnswers, removedIn, typedReader } from '../preferences-form.ts';
import { changeReader, mailDataLink, requireReader } from '../readers.ts';
import { TokenParams } from '../schemas.ts';
import { SHOWN_FIELD, shownText } from '../shown-preferences.ts';
import type { App } from '../typed-app.ts';

/** A reader's own page. The token in the links of a mail is the key. */
export async function preferenceRoutes(app: App, deps: HttpDeps): Promise<void> {
  const { pages, links } = deps;
  const page = { schema: { params: TokenParams, hide: true } };

  app.get('/preferences/:token', page, async (request, reply) => {
    const { token } = request.params;
    return sendPreferences(deps, reply, token, await requireReader(deps, token), {});
  });

  app.post('/preferences/:token', page, async (request, reply) => {
    const { token } = request.params;
    const reader = await requireReader(deps, token);
    const form = formOf(request.body);
    try {
      const changed = await changeReader(deps, token, preferenceAnswers(form, reader));
      const openSection = textOf(form, 'open') || null;
      return sendPreferences(deps, reply, token, changed, { saved: true, openSection });
    } catch (error) {
      if (!(error instanceof InvalidPreferences)) throw error;
      const { problems } = error;
      const shown = shownText(reader, textOf(form, SHOWN_FIELD));
      const typed = typedReader(form, reader);
      return sendPreferences(deps, reply, token, typed, { problems, form, shown });
    }
  });

  app.post('/preferences/:token/resume', page, async (request, reply) => {
    const { token } = request.params;
    const changed = await changeReader(deps, token, { pausedUntil: null });
    return sendPreferences(deps, reply, token, changed, { saved: true });
  });

  for (const kind of ['export', 'erase'] as const) {
    app.post(`/preferences/:token/${kind}`, page, async (request, reply) => {
      const { token } = request.params;
      await mailDataLink(deps, token, kind);
      const html = pages.message({
        title: 'Look into your mail',
        sentences: ['A letter with a link is on its way to you. The link is good for 30 minutes.'],
        links: [{ text: 'Back to your delivery', href: links.preferences(token) }],
      });
      return sendPage(reply, html, 202);
    });
  }

  app.delete('/preferences/:token', page, async (request, reply) => {
    await mailDataLink(deps, request.params.token, 'erase');
    return reply.code(202).send({ status: 'mailed' });
  });
}

/** How the page came to be shown. */
interface Occasion {
  saved?: boolean;
  problems?: Problems;
  openSection?: string | null;
  /** As it was sent, when it is refused. */
  form?: FormBody;
  /** What that form is on. @defaultValue the reader */
  shown?: string;
}

async function sendPreferences(
  deps: HttpDeps,
  reply: FastifyReply,
  token: string,
  reader: Subscriber,
  {
    saved = false,
    problems = {},
    openSection = null,
    form = {},
    shown = shownText(reader),
  }: Occasion,
): Promise<FastifyReply> {
  const now = deps.clock();
  const counted = await countTopicsPerWeek(deps.db, now);
  const hasCounts = counted.some(({ papersPerWeek }) => papersPerWeek > 0);
  const topics = counted.map(({ slug, name, papersPerWeek }) => ({
    slug,
    name,
    papersPerWeek: hasCounts ? papersPerWeek : null,
  }));
  const html = deps.pages.preferences({
    token,
    email: reader.email,
    status: reader.status,
    preferences: reader,
    pausedUntil: reader.pausedUntil,
    pauseTyped: form.paused_until === undefined ? null : textOf(form, 'paused_until'),
    shown,
    topics,
    phrases: await phrasesOf(deps, reader, form),
    feedHref: deps.links.feedOf(deps.tokens.sealFeed(reader.id)),
    today: dayOf(now),
    openSection,
    timezones: timezones(),
    askedOn: dayOf(reader.createdAt),
    nextEditionOn: nextEditionOn(deps, reader),
    saved,
    problems,
  });
  return sendPage(reply, html, Object.keys(problems).length > 0 ? 400 : 200);
}

/** What is known of the reader's words and names, as typed when the form was refused. */
async function phrasesOf({ db, clock }: HttpDeps, reader: Subscriber, form: FormBody) {
  const counts = await countPhrases(db, reader, clock());
  const rowsOf = (field: 'keywords' | 'names') => {
    const removed = removedIn(form, field);
    return reader[field].map((text) => ({
      text,
      perWeek: counts[field].get(text) ?? null,
      isRemoved: removed.has(text),
    }));
  };
  return {
    keywords: rowsOf('keywords'),
    names: rowsOf('names'),
    addedKeyword: addedIn(form, 'keywords'),
    addedName: addedIn(form, 'names'),
  };
}

/** Null for a reader whom nothing reaches. */
function nextEditionOn({ clock, config }: HttpDeps, reader: Subscriber): string | null {
  if (reader.status !== 'active' || reader.confirmedAt === null) return null;
  const { composeAt } = config;
  const next = nextEditionAt(reader, { now: clock(), composeAt, since: reader.confirmedAt });
  return next && localDay(next, reader.timezone);
}
