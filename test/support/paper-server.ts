import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { renderArxivApiError } from '../../src/commands/demo/paper-server/arxiv-documents.ts';
import {
  createPaperListener,
  type PaperServer,
  startPaperServer,
} from '../../src/commands/demo/paper-server/paper-server.ts';
import type { ServedPaper } from '../../src/commands/demo/paper-server/served-paper.ts';
import type { Clock } from '../../src/domain/time/clock.ts';

export {
  createServedPaper,
  type ServedPaper,
} from '../../src/commands/demo/paper-server/served-paper.ts';

type Fault = (request: IncomingMessage, response: ServerResponse) => void;

const MB = 1024 * 1024;

/** Faulty responses of a source. */
export const FAULTS = {
  busy: (_, response) => {
    response.writeHead(429, { 'retry-after': '30', ratelimit: '"api";r=0;t=30' }).end('Slow down.');
  },
  away: (_, response) => {
    response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Service Unavailable</h1>');
  },
  wrong: (_, response) => {
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"Invalid date"}');
  },
  broken: (_, response) => {
    response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oops</h1>');
  },
  errorAsJson: (_, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"error":"Internal Error - We’re working hard to fix this as soon as possible!"}');
  },
  errorAsPage: (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Hello<br>');
  },
  errorAsFeed: (_, response) => {
    response
      .writeHead(200, { 'content-type': 'application/atom+xml' })
      .end(renderArxivApiError('incorrect id format'));
  },
  /** Bytes that no text column can store. */
  binary: (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('\0\0\0');
  },
  /** JSON that is nested too deeply to be serialised again. */
  nested: (_, response) => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    response.writeHead(200, { 'content-type': 'application/json' }).end(deep);
  },
  /** A million entries in 3 MB. */
  millions: (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`[${'{},'.repeat(1_000_000)}{}]`);
  },
  empty: (_, response) => {
    response.writeHead(200).end();
  },
  /** The connection ends before the announced length. */
  truncated: (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
    response.write('[{"paper":{"id":"2605.00001"');
    setImmediate(() => response.destroy());
  },
  /** The same without a length: the JSON is incomplete, but the response is valid HTTP. */
  cutOff: (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('[{"paper":{"id":"2605.00001"');
  },
  /** 200 MB of white space, with a length. */
  huge: (_, response) => {
    response.writeHead(200, { 'content-length': String(200 * MB) });
    writeMegabytes(response, 200);
  },
  /** White space without end or length. */
  endless: (_, response) => {
    response.writeHead(200);
    writeMegabytes(response, Number.POSITIVE_INFINITY);
  },
  /** 200 MB in 200 KB. */
  bomb: (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.end(Buffer.concat(Array(200).fill(gzipSync(Buffer.alloc(MB, ' ')))));
  },
  /** Never answers. */
  silent: () => {},
  /** Starts and never ends. */
  stuck: (_, response) => {
    response.writeHead(200).write('[');
  },
  redirectsAway: (_, response) => {
    response.writeHead(302, { location: 'http://example.org/api/daily_papers' }).end();
  },
  redirectsForEver: (request, response) => {
    response.writeHead(302, { location: request.url ?? '/' }).end();
  },
} as const satisfies Record<string, Fault>;
export type FaultName = keyof typeof FAULTS;

/** A paper server that tests can make fail. */
export interface FaultyPaperServer extends PaperServer {
  /** What is served; change it as the days pass. */
  papers: ServedPaper[];
  /** Path and query of each request, in order, with its headers. */
  requests: { url: string; headers: IncomingMessage['headers'] }[];
  /** The fault of every response; null for none. */
  fault: FaultName | null;
  /** The fault of the response to one URL; null for none. */
  faultOf: (url: string) => FaultName | null;
}

export async function startFaultyPaperServer({
  clock,
  papers = [],
}: {
  clock: Clock;
  papers?: ServedPaper[];
}): Promise<FaultyPaperServer> {
  const state: Pick<FaultyPaperServer, 'papers' | 'requests' | 'fault' | 'faultOf'> = {
    papers,
    requests: [],
    fault: null,
    faultOf: () => null,
  };
  const respond = createPaperListener(state, clock);
  const server = await startPaperServer((request, response) => {
    const { url = '', headers } = request;
    state.requests.push({ url, headers });
    const fault = state.fault ?? state.faultOf(url);
    if (fault === null) respond(request, response);
    else FAULTS[fault](request, response);
  });
  return Object.assign(state, server);
}

/** Writes megabytes as fast as the client reads them. */
function writeMegabytes(response: ServerResponse, megabytes: number): void {
  const block = Buffer.alloc(MB, ' ');
  let left = megabytes;
  const more = () => {
    while (left > 0) {
      left -= 1;
      if (!response.write(block)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  response.on('error', () => {});
  more();
}
