import { STATUS_CODES } from 'node:http';
import type {
  FastifyError,
  FastifyReply,
  FastifyRequest,
  FastifySchemaValidationError,
} from 'fastify';
import { ERROR_COPY } from '../copy/en/pages/errors.ts';
import { LAYOUT_COPY } from '../copy/en/pages/layout.ts';
import { type ErrorCode, PaperboyError, type RequestErrorCode } from '../domain/errors.ts';
import { truncateInput } from '../domain/text/truncate.ts';
import type { HttpDeps } from './deps.ts';
import { findMatchedRoute } from './request-log.ts';
import type { TypedFastify } from './typed-fastify.ts';

interface ErrorResponse {
  statusCode: number;
  code: string;
  message: string;
}

/** Handles the errors of all routes: people get a page, programs Fastify's JSON. From status 500
 *  on, the response does not name the cause; the log does. */
export function registerErrorHandlers(app: TypedFastify, deps: HttpDeps): void {
  app.setNotFoundHandler((request, reply) =>
    sendError(deps, request, reply, {
      statusCode: 404,
      code: 'NOT_FOUND',
      message: ERROR_COPY.notFound(truncateInput(request.url.split('?')[0] ?? '', 200)),
    }),
  );
  app.setErrorHandler((error: FastifyError | PaperboyError, request, reply) => {
    const errorResponse = toErrorResponse(error);
    if (errorResponse.statusCode >= 500) {
      request.log.error({ err: error, ...findMatchedRoute(request) }, 'request failed');
    }
    return sendError(deps, request, reply, errorResponse);
  });
}

/** Answers a URL that the router cannot decode; no hook has run by then. */
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

/** Whether a browser asks for a page. */
export function acceptsHtml(request: FastifyRequest): boolean {
  const accepted = request.headers.accept ?? '';
  return !request.url.startsWith('/api/') && accepted.includes('text/html');
}

/** Sends a page. */
export function sendPage(reply: FastifyReply, html: string, statusCode = 200): FastifyReply {
  return reply.code(statusCode).type('text/html; charset=utf-8').send(html);
}

/** A validator's errors as one error whose message names field, value and expectation of each. */
export function describeSchemaErrors(errors: FastifySchemaValidationError[], where: string): Error {
  const sentences = errors.slice(0, 5).map((error) => describeSchemaError(error, where));
  return new PaperboyError('INVALID_REQUEST', [...new Set(sentences)].join(' '));
}

function describeSchemaError(error: FastifySchemaValidationError, where: string): string {
  const field = error.instancePath.slice(1).replaceAll('/', '.') || `The ${where}`;
  const extra = error.params.additionalProperty;
  if (typeof extra === 'string') return ERROR_COPY.unknownField(truncateInput(extra), where);
  const missing = error.params.missingProperty;
  if (typeof missing === 'string') return ERROR_COPY.missingField(missing, where);
  const { data } = error as { data?: unknown };
  const allowed = error.params.allowedValues;
  const expectation = Array.isArray(allowed) ? ERROR_COPY.mustBeOneOf(allowed) : error.message;
  return ERROR_COPY.invalidField({
    field,
    value: truncateInput(JSON.stringify(data) ?? ERROR_COPY.missing),
    expectation: String(expectation),
  });
}

function toErrorResponse(error: FastifyError | PaperboyError): ErrorResponse {
  if (error instanceof PaperboyError) {
    const { code, message } = error;
    return isRequestError(code)
      ? { statusCode: ERROR_STATUSES[code], code, message }
      : INTERNAL_ERROR;
  }
  const { statusCode } = Object(error) as { statusCode?: unknown };
  if (statusCode === 503) return { ...INTERNAL_ERROR, statusCode };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) {
    return INTERNAL_ERROR;
  }
  const code = error.validation ? 'INVALID_REQUEST' : (error.code ?? 'BAD_REQUEST');
  return { statusCode, code, message: error.message };
}

function isRequestError(code: ErrorCode): code is RequestErrorCode {
  return Object.hasOwn(ERROR_STATUSES, code);
}

const ERROR_STATUSES = {
  INVALID_DATE: 400,
  INVALID_EMAIL: 400,
  INVALID_LIBRARY: 400,
  INVALID_PREFERENCES: 400,
  INVALID_QUERY: 400,
  INVALID_REQUEST: 400,
  OPERATOR_ONLY: 401,
  INBOX_IS_LOCAL: 403,
  LOOKUPS_OFF: 409,
  NOT_CONFIRMED: 409,
  NOT_FOUND: 404,
  NO_DELIVERY: 404,
  NO_DIGEST: 404,
  NO_FEED: 404,
  NO_MAIL: 404,
  NO_PAPER: 404,
  NO_TOPIC: 404,
  UNKNOWN_TOKEN: 404,
  SIGN_UP_CLOSED: 403,
  TOO_MANY_IMPORTS: 429,
  TOO_MANY_QUESTIONS: 429,
  TOO_MANY_SIGNUPS: 429,
} satisfies Record<RequestErrorCode, number>;

const INTERNAL_ERROR = { statusCode: 500, code: 'INTERNAL', message: ERROR_COPY.internal };

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
  const page = pages.message({
    title: ERROR_COPY.title(statusCode),
    sentences: [message],
    links: [
      { text: LAYOUT_COPY.todaysPapers, href: links.home },
      ...(statusCode === 404 ? [{ text: LAYOUT_COPY.search, href: `${links.home}papers` }] : []),
    ],
  });
  return sendPage(reply, page, statusCode);
}
