import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import { SIGN_UP_COPY } from '../../copy/en/pages/sign-up.ts';
import {
  InvalidPreferencesError,
  type PreferenceProblems,
} from '../../domain/subscribers/preferences.ts';
import { DEFAULT_PREFERENCES } from '../../domain/subscribers/subscriber.ts';
import { signUp } from '../../services/subscribers/sign-up.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import {
  type FormBody,
  readFieldText,
  readFormBody,
  readSignUpInput,
  readTypedPreferences,
} from '../form-body.ts';
import { maskToNetwork } from '../network.ts';
import { readFrontView } from '../papers/front-view.ts';
import { AcceptedJson, ErrorJson } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { SignUpBody } from './preference-schemas.ts';
import { toPreferenceInput } from './preferences-json.ts';

/** Sign-up through the API and through the form on the front page. */
export async function signUpRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  app.post(
    '/api/subscribers',
    {
      schema: {
        tags: ['subscribers'],
        summary: 'Sign up',
        description:
          'Sends an email with a link that confirms exactly this sign-up, at most one an hour to an address: a second sign-up within the hour is sent when the hour is over, unless the first is confirmed before. The answer is the same for new, known and suppressed addresses.',
        body: SignUpBody,
        response: { 202: AcceptedJson, 400: ErrorJson, 403: ErrorJson, 429: ErrorJson },
      },
    },
    async (request, reply) => {
      const { email, ...preferences } = request.body;
      await signUp(deps, {
        email,
        preferences: toPreferenceInput(preferences),
        channel: 'api',
        network: maskToNetwork(request.ip),
      });
      return reply.code(202).send({ status: 'pending' });
    },
  );

  app.post('/subscribe', { schema: { hide: true } }, async (request, reply) => {
    const form = readFormBody(request.body);
    try {
      const { email } = await signUp(deps, {
        email: readFieldText(form, 'email'),
        preferences: readSignUpInput(form),
        channel: 'form',
        network: maskToNetwork(request.ip),
      });
      return sendPage(reply, renderCheckInboxPage(deps, email), 202);
    } catch (error) {
      if (!(error instanceof InvalidPreferencesError)) throw error;
      return sendPage(reply, await renderRejectedForm(deps, form, error.problems), 400);
    }
  });
}

function renderCheckInboxPage({ pages, links }: HttpDeps, email: string): string {
  return pages.message({
    title: SIGN_UP_COPY.checkInbox.title,
    sentences: SIGN_UP_COPY.checkInbox.sentences(email),
    links: [{ text: LAYOUT_COPY.todaysPapers, href: links.home }],
  });
}

/** The front page with the form as it was typed. */
async function renderRejectedForm(
  deps: HttpDeps,
  form: FormBody,
  problems: PreferenceProblems,
): Promise<string> {
  const email = readFieldText(form, 'email');
  const typed = { ...DEFAULT_PREFERENCES, ...readTypedPreferences(form), email };
  const shown = {
    ...problems,
    ...(problems.email !== undefined && { email: SIGN_UP_COPY.nothingSent(problems.email) }),
  };
  return deps.pages.front(await readFrontView(deps, typed, shown));
}
