import type { FastifyRequest } from 'fastify';
import { type Address, normaliseAddress } from '../../domain/address.ts';
import { CONSENT_WORDING } from '../../domain/consent.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { InvalidPreferences, type Problems } from '../../domain/preferences.ts';
import type { ReaderChanges } from '../../domain/reader-changes.ts';
import { DEFAULT_PREFERENCES } from '../../domain/subscriber.ts';
import { signUp } from '../../services/sign-up.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { answersOf, type FormBody, formOf, textOf, typedPreferences } from '../forms.ts';
import { frontView } from '../front-view.ts';
import { networkOf } from '../network.ts';
import { SignUpBody } from '../preference-schemas.ts';
import { answersOfJson } from '../reader-json.ts';
import { checkAnswers } from '../readers.ts';
import { Accepted, ErrorBody } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** Sign-up, by programs as JSON and by people with the coupon on the front page. */
export async function signUpRoutes(app: App, deps: HttpDeps): Promise<void> {
  app.post(
    '/api/subscribers',
    {
      schema: {
        tags: ['subscribers'],
        summary: 'Ask for the digest',
        description:
          'A mail asks to confirm. The answer is the same for new, known and suppressed addresses.',
        body: SignUpBody,
        response: { 202: Accepted, 400: ErrorBody, 429: ErrorBody },
      },
    },
    async (request, reply) => {
      const { email, ...answers } = request.body;
      const address = normaliseAddress(email);
      const wish = await checkAnswers(deps, answersOfJson(answers));
      await take(deps, request, 'api', address, wish);
      return reply.code(202).send({ status: 'pending' });
    },
  );

  app.post('/subscribe', { schema: { hide: true } }, async (request, reply) => {
    const form = formOf(request.body);
    const { address, wish, problems } = await readCoupon(deps, form);
    if (!address || !wish) {
      const values = {
        ...DEFAULT_PREFERENCES,
        ...typedPreferences(form),
        email: textOf(form, 'email'),
      };
      return sendPage(reply, deps.pages.front(await frontView(deps, values, problems)), 400);
    }
    await take(deps, request, 'form', address, wish);
    const page = deps.pages.message({
      title: 'One press left',
      sentences: [
        `A letter is on its way to ${address.email}. Press the button in it, and the delivery starts.`,
        'If it does not come within minutes, look into the folder for unwanted mail. At most one letter an hour is sent to an address.',
      ],
      links: [{ text: 'Today’s papers', href: deps.links.home }],
    });
    return sendPage(reply, page, 202);
  });
}

async function take(
  { db, queue, clock, suppressionKey, limitSignup }: HttpDeps,
  request: FastifyRequest,
  channel: 'api' | 'form',
  address: Address,
  { pausedUntil = null, ...preferences }: ReaderChanges,
): Promise<void> {
  const network = networkOf(request.ip);
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

interface Coupon {
  address?: Address;
  wish?: ReaderChanges;
  problems: Problems;
}

async function readCoupon(deps: HttpDeps, form: FormBody): Promise<Coupon> {
  const coupon: Coupon = { problems: {} };
  try {
    coupon.address = normaliseAddress(textOf(form, 'email'));
  } catch (error) {
    if (!(error instanceof PaperboyError)) throw error;
    coupon.problems.email = `${error.message} Nothing was sent.`;
  }
  try {
    coupon.wish = await checkAnswers(deps, answersOf(form));
  } catch (error) {
    if (!(error instanceof InvalidPreferences)) throw error;
    Object.assign(coupon.problems, error.problems);
  }
  return coupon;
}
