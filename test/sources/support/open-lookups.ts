import { createHttpGet } from '../../../src/sources/http/http-get.ts';
import {
  type LibrarySources,
  openLibrarySources,
} from '../../../src/sources/lookups/open-lookups.ts';
import type { TestClock } from '../../support/clock.ts';
import type { FaultyPaperServer } from '../../support/paper-server.ts';

/** Opens the sites that a library is looked up at; their requests go to `server`. */
export function openLookupsOn(server: FaultyPaperServer, clock: TestClock): LibrarySources {
  const get = createHttpGet({
    userAgent: 'Paperboy/0.0.1 (+http://localhost:3000)',
    acquirePermit: async () => async () => undefined,
    clock,
    timeoutMs: 5000,
    maxBytes: 4 * 1024 * 1024,
  });
  return openLibrarySources(server.urls, get);
}
