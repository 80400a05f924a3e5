import type { FastifyRequest } from 'fastify';
import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import { CONSENT_WORDING, SIGN_UP_COPY } from '../../copy/en/pages/sign-up.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { type EmailAddress, normaliseAddress } from '../../domain/subscribers/email-address.ts';
import {
  InvalidPreferencesError,
  type PreferenceProblems,
} from '../../domain/subscribers/preferences.ts';
import { DEFAULT_PREFERENCES } from '../../domain/subscribers/subscriber.ts';
import type { SubscriberChanges } from '../../domain/subscribers/subscriber-changes.ts';
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
import { validatePreferences } from './require-subscriber.ts';

/** Sign-up, by programs as JSON and by people with the form on the front page. */
export async function signUpRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  app.post(
    '/api/subscribers',
    {
      schema: {
        tags: ['subscribers'],
        summary: 'Ask for the digest',
        description:
          'A mail asks to confirm. The answer is the same for new, known and suppressed addresses.',
        body: SignUpBody,
        response: { 202: AcceptedJson, 400: ErrorJson, 429: ErrorJson },
      },
    },
    async (request, reply) => {
      const { email, ...input } = request.body;
      const address = normaliseAddress(email);
      const requestedPreferences = await validatePreferences(deps, toPreferenceInput(input));
      await acceptSignUp(deps, request, 'api', address, requestedPreferences);
      return reply.code(202).send({ status: 'pending' });
    },
  );

  app.post('/subscribe', { schema: { hide: true } }, async (request, reply) => {
    const form = readFormBody(request.body);
    const { address, requestedPreferences, problems } = await readSignUpForm(deps, form);
    if (!address || !requestedPreferences) {
      const values = {
        ...DEFAULT_PREFERENCES,
        ...readTypedPreferences(form),
        email: readFieldText(form, 'email'),
      };
      return sendPage(reply, deps.pages.front(await readFrontView(deps, values, problems)), 400);
    }
    await acceptSignUp(deps, request, 'form', address, requestedPreferences);
    const page = deps.pages.message({
      title: SIGN_UP_COPY.checkInbox.title,
      sentences: SIGN_UP_COPY.checkInbox.sentences(address.email),
      links: [{ text: LAYOUT_COPY.todaysPapers, href: deps.links.home }],
    });
    return sendPage(reply, page, 202);
  });
}

async function acceptSignUp(
  { db, queue, clock, suppressionKey, limitSignup }: HttpDeps,
  request: FastifyRequest,
  channel: 'api' | 'form',
  address: EmailAddress,
  { pausedUntil = null, ...preferences }: SubscriberChanges,
): Promise<void> {
  const network = maskToNetwork(request.ip);
  await limitSignup(network);
  await signUp(
    { db, queue, clock, suppressionKey },
    {
      address,
      preferences: { ...DEFAULT_PREFERENCES, ...preferences },
      pausedUntil,
      wording: CONSENT_WORDING[channel],
      channel,
      network,
    },
  );
}

interface SignUpInput {
  address?: EmailAddress;
  requestedPreferences?: SubscriberChanges;
  problems: PreferenceProblems;
}

async function readSignUpForm(deps: HttpDeps, form: FormBody): Promise<SignUpInput> {
  const signUpInput: SignUpInput = { problems: {} };
  try {
    signUpInput.address = normaliseAddress(readFieldText(form, 'email'));
  } catch (error) {
    if (!(error instanceof PaperboyError)) throw error;
    signUpInput.problems.email = SIGN_UP_COPY.nothingSent(error.message);
  }
  try {
    signUpInput.requestedPreferences = await validatePreferences(deps, readSignUpInput(form));
  } catch (error) {
    if (!(error instanceof InvalidPreferencesError)) throw error;
    Object.assign(signUpInput.problems, error.problems);
  }
  return signUpInput;
}
