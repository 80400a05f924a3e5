import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../domain/time/clock.ts';
import type { FixtureResponse } from './fixture-response.ts';
import { respondAsArxiv } from './respond-as-arxiv.ts';
import { respondAsBiorxiv } from './respond-as-biorxiv.ts';
import { respondAsFeed } from './respond-as-feed.ts';
import { respondAsHuggingFace } from './respond-as-hugging-face.ts';
import { respondAsLibrarySite } from './respond-as-library-sites.ts';
import type { ServedPaper } from './served-paper.ts';

/** A server on this machine in the place of all sources and of ORCID and Crossref. */
export interface PaperServer {
  /** Values for the settings of the sources. */
  urls: {
    hfEndpoint: string;
    arxivRssUrl: string;
    arxivApiUrl: string;
    biorxivApiUrl: string;
    orcidApiUrl: string;
    crossrefApiUrl: string;
  };
  /** Addresses of feeds. */
  feeds: { rss: string; rdf: string; atom: string };
  close(): Promise<void>;
}

/**
 * Answers requests as Hugging Face, arXiv, bioRxiv and feeds do, in the formats and with the
 * headers that they document. `clock` decides which lists are published; `served.papers` may
 * change at any time.
 */
export function createPaperListener(
  served: { papers: readonly ServedPaper[] },
  clock: Clock,
): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    writeResponse(request, response, respond(url, served.papers, clock()));
  };
}

/** Starts a server on any free port of this machine. */
export async function startPaperServer(listener: RequestListener): Promise<PaperServer> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    urls: {
      hfEndpoint: origin,
      arxivRssUrl: `${origin}/atom`,
      arxivApiUrl: `${origin}/api/query`,
      biorxivApiUrl: origin,
      orcidApiUrl: `${origin}/v3.0`,
      crossrefApiUrl: origin,
    },
    feeds: {
      rss: `${origin}/feeds/rss.xml`,
      rdf: `${origin}/feeds/rdf.xml`,
      atom: `${origin}/feeds/atom.xml`,
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function respond(url: URL, papers: readonly ServedPaper[], now: Date): FixtureResponse {
  return (
    respondAsHuggingFace(url, papers, now) ??
    respondAsArxiv(url, papers, now) ??
    respondAsBiorxiv(url, papers) ??
    respondAsFeed(url, papers) ??
    respondAsLibrarySite(url, papers) ?? {
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
