import { STATUS_CODES } from 'node:http';
import type {
  FastifyError,
  FastifyReply,
  FastifyRequest,
  FastifySchemaValidationError,
} from 'fastify';
import { PaperboyError } from '../domain/errors.ts';
import { cleanText } from '../domain/text.ts';
import type { HttpDeps } from './deps.ts';
import { routeOf } from './request-log.ts';
import type { App } from './typed-app.ts';

interface Problem {
  statusCode: number;
  code: string;
  message: string;
}

/** One error handler for all routes: pages for people, Fastify's shape for programs, and from 500 on
 *  no word of what happened inside. */
export function installErrors(app: App, deps: HttpDeps): void {
  app.setNotFoundHandler((request, reply) =>
    answer(deps, request, reply, {
      statusCode: 404,
      code: 'NOT_FOUND',
      message: `There is nothing at ${shorten(request.url.split('?')[0] ?? '', 200)}.`,
    }),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error);
    if (problem.statusCode >= 500) {
      request.log.error({ err: error, ...routeOf(request) }, 'a request failed');
    }
    return answer(deps, request, reply, problem);
  });
}

/** Answers an address that no route can read, before any hook has run. */
export function answerBadUrl(
  error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { statusCode, code, message } = problemOf(error);
  void reply
    .code(statusCode)
    .header('x-content-type-options', 'nosniff')
    .send({ statusCode, code, error: STATUS_CODES[statusCode] ?? 'Error', message });
}

/** Whether an answer is for a person: a browser that asks for a page. */
export function wantsPage(request: FastifyRequest): boolean {
  const accepted = request.headers.accept ?? '';
  return !request.url.startsWith('/api/') && accepted.includes('text/html');
}

/** Sends a page. */
export function sendPage(reply: FastifyReply, html: string, statusCode = 200): FastifyReply {
  return reply.code(statusCode).type('text/html; charset=utf-8').send(html);
}

/** A validator's findings as one sentence that names field, value and expectation. */
export function describeSchemaErrors(errors: FastifySchemaValidationError[], where: string): Error {
  const sentences = errors.slice(0, 5).map((error) => describeOne(error, where));
  return new PaperboyError('INVALID_REQUEST', [...new Set(sentences)].join(' '));
}

function describeOne(error: FastifySchemaValidationError, where: string): string {
  const field = error.instancePath.slice(1).replaceAll('/', '.') || `The ${where}`;
  const extra = error.params.additionalProperty;
  if (typeof extra === 'string') return `“${shorten(extra)}” is no known field of the ${where}.`;
  const missing = error.params.missingProperty;
  if (typeof missing === 'string') return `${missing} is missing from the ${where}.`;
  const { data } = error as { data?: unknown };
  const allowed = error.params.allowedValues;
  const expectation = Array.isArray(allowed)
    ? `must be one of ${allowed.join(', ')}`
    : error.message;
  return `${field} is ${shorten(JSON.stringify(data) ?? 'missing')}: ${expectation}.`;
}

function problemOf(error: FastifyError): Problem {
  const { statusCode } = Object(error) as { statusCode?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) {
    return {
      statusCode: statusCode === 503 ? 503 : 500,
      code: 'INTERNAL',
      message: 'Something went wrong here. It has been written down.',
    };
  }
  const cause = error as FastifyError & { validation?: unknown };
  return {
    statusCode,
    code: cause.validation ? 'INVALID_REQUEST' : (error.code ?? 'BAD_REQUEST'),
    message: error.message,
  };
}

const TITLES: Record<number, string> = {
  400: 'That does not work',
  404: 'Not here',
  410: 'This link is over',
  429: 'Too many at once',
};

function answer(
  { pages, links }: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
) {
  const { statusCode, code, message } = problem;
  if (!wantsPage(request)) {
    return reply
      .code(statusCode)
      .send({ statusCode, code, error: STATUS_CODES[statusCode] ?? 'Error', message });
  }
  const title =
    TITLES[statusCode] ?? (statusCode >= 500 ? 'This went wrong' : 'That does not work');
  const page = pages.message({
    title,
    sentences: [message],
    links: [
      { text: 'Today’s papers', href: links.home },
      ...(statusCode === 404 ? [{ text: 'Search', href: `${links.home}papers` }] : []),
    ],
  });
  return sendPage(reply, page, statusCode);
}

/** What somebody sent, fit for a sentence: one clean line of at most `most` characters. */
export function shorten(text: string, most = 80): string {
  const plain = cleanText(text);
  return plain.length > most ? `${plain.slice(0, most - 3)}…` : plain;
}
