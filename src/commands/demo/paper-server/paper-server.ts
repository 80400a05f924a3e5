import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../domain/time/clock.ts';
import type { FixtureResponse } from './fixture-response.ts';
import { respondAsArxiv } from './respond-as-arxiv.ts';
import { respondAsHuggingFace } from './respond-as-hugging-face.ts';
import type { ServedPaper } from './served-paper.ts';

export interface PaperServer {
  /** Settings that lead here. */
  urls: { hfEndpoint: string; arxivRssUrl: string; arxivApiUrl: string };
  /** What is served; change it as the days go by. */
  papers: ServedPaper[];
  /** Path and query of each request, in order, with its headers. */
  requests: { url: string; headers: IncomingMessage['headers'] }[];
  close(): Promise<void>;
}

export interface PaperServerOptions {
  /** By which the days of the lists pass. */
  clock: Clock;
  papers?: ServedPaper[];
  /** Answers in the place of the server when it returns true. */
  intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Serves papers on this machine as Hugging Face and arXiv do, in the shapes and with the manners that they
 *  document: for tests, and for `paperboy demo --source`. */
export async function startPaperServer({
  clock,
  papers = [],
  intercept,
}: PaperServerOptions): Promise<PaperServer> {
  const requests: PaperServer['requests'] = [];
  const state = { papers };
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers });
    if (intercept?.(request, response)) return;
    const url = new URL(request.url ?? '/', 'http://localhost');
    writeResponse(request, response, respond(url, state.papers, clock()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    urls: {
      hfEndpoint: origin,
      arxivRssUrl: `${origin}/atom`,
      arxivApiUrl: `${origin}/api/query`,
    },
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

function respond(url: URL, papers: readonly ServedPaper[], now: Date): FixtureResponse {
  return (
    respondAsHuggingFace(url, papers, now) ??
    respondAsArxiv(url, papers, now) ?? {
      status: 404,
      type: 'text/html',
      body: '<h1>Not found</h1>',
    }
  );
}

function writeResponse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, link }: FixtureResponse,
): void {
  const etag = `W/"${createHash('sha1').update(body).digest('base64url')}"`;
  const headers = { 'content-type': type, etag, ...(link !== undefined && { link }) };
  if (status === 200 && request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
