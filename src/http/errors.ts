import { STATUS_CODES } from 'node:http';
import type {
  FastifyError,
  FastifyReply,
  FastifyRequest,
  FastifySchemaValidationError,
} from 'fastify';
import { PaperboyError } from '../domain/errors.ts';
import { cleanText } from '../domain/text/clean-text.ts';
import type { HttpDeps } from './deps.ts';
import { findMatchedRoute } from './request-log.ts';
import type { TypedFastify } from './typed-fastify.ts';

interface ErrorResponse {
  statusCode: number;
  code: string;
  message: string;
}

/** One error handler for all routes: pages for people, Fastify's shape for programs, and from 500 on
 *  no word of what happened inside. */
export function registerErrorHandlers(app: TypedFastify, deps: HttpDeps): void {
  app.setNotFoundHandler((request, reply) =>
    sendError(deps, request, reply, {
      statusCode: 404,
      code: 'NOT_FOUND',
      message: `There is nothing at ${truncateInput(request.url.split('?')[0] ?? '', 200)}.`,
    }),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const errorResponse = toErrorResponse(error);
    if (errorResponse.statusCode >= 500) {
      request.log.error({ err: error, ...findMatchedRoute(request) }, 'a request failed');
    }
    return sendError(deps, request, reply, errorResponse);
  });
}

/** Answers an address that no route can read, before any hook has run. */
export function sendMalformedUrlError(
  error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { statusCode, code, message } = toErrorResponse(error);
  void reply
    .code(statusCode)
    .header('x-content-type-options', 'nosniff')
    .send({ statusCode, code, error: STATUS_CODES[statusCode] ?? 'Error', message });
}

/** Whether an answer is for a person: a browser that asks for a page. */
export function acceptsHtml(request: FastifyRequest): boolean {
  const accepted = request.headers.accept ?? '';
  return !request.url.startsWith('/api/') && accepted.includes('text/html');
}

/** Sends a page. */
export function sendPage(reply: FastifyReply, html: string, statusCode = 200): FastifyReply {
  return reply.code(statusCode).type('text/html; charset=utf-8').send(html);
}

/** A validator's findings as one sentence that names field, value and expectation. */
export function describeSchemaErrors(errors: FastifySchemaValidationError[], where: string): Error {
  const sentences = errors.slice(0, 5).map((error) => describeSchemaError(error, where));
  return new PaperboyError('INVALID_REQUEST', [...new Set(sentences)].join(' '));
}

function describeSchemaError(error: FastifySchemaValidationError, where: string): string {
  const field = error.instancePath.slice(1).replaceAll('/', '.') || `The ${where}`;
  const extra = error.params.additionalProperty;
  if (typeof extra === 'string')
    return `“${truncateInput(extra)}” is no known field of the ${where}.`;
  const missing = error.params.missingProperty;
  if (typeof missing === 'string') return `${missing} is missing from the ${where}.`;
  const { data } = error as { data?: unknown };
  const allowed = error.params.allowedValues;
  const expectation = Array.isArray(allowed)
    ? `must be one of ${allowed.join(', ')}`
    : error.message;
  return `${field} is ${truncateInput(JSON.stringify(data) ?? 'missing')}: ${expectation}.`;
}

function toErrorResponse(error: FastifyError): ErrorResponse {
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

const ERROR_TITLES: Record<number, string> = {
  400: 'That does not work',
  404: 'Not here',
  410: 'This link is over',
  429: 'Too many at once',
};

function sendError(
  { pages, links }: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  errorResponse: ErrorResponse,
) {
  const { statusCode, code, message } = errorResponse;
  if (!acceptsHtml(request)) {
    return reply
      .code(statusCode)
      .send({ statusCode, code, error: STATUS_CODES[statusCode] ?? 'Error', message });
  }
  const title =
    ERROR_TITLES[statusCode] ?? (statusCode >= 500 ? 'This went wrong' : 'That does not work');
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
export function truncateInput(text: string, maxLength = 80): string {
  const plain = cleanText(text);
  return plain.length > maxLength ? `${plain.slice(0, maxLength - 3)}…` : plain;
}
