import type { FetchRequest, FetchResult, Source } from '../../../src/domain/sources/source.ts';
import { parseSourceName } from '../../../src/domain/sources/source-name.ts';
import { createHttpGet } from '../../../src/sources/http/http-get.ts';
import { openSource } from '../../../src/sources/open-sources.ts';
import type { TestClock } from '../../support/clock.ts';
import type { FaultyPaperServer } from '../../support/paper-server.ts';

/** Opens a source that sends its requests to `server`. */
export function openSourceOn(server: FaultyPaperServer, clock: TestClock, name: string): Source {
  const get = createHttpGet({
    userAgent: 'Paperboy/0.0.1 (+http://localhost:3000)',
    acquirePermit: async () => async () => undefined,
    clock,
    timeoutMs: 5000,
    maxBytes: 4 * 1024 * 1024,
  });
  return openSource(parseSourceName(name), { ...server.urls, get });
}

/** Fetches from a source and expects a list. */
export async function fetchList(
  source: Source,
  clock: TestClock,
  ask: Partial<FetchRequest> = {},
): Promise<FetchResult> {
  const { signal } = new AbortController();
  const fetched = await source.fetch({ day: null, validators: null, now: clock(), signal, ...ask });
  if (fetched === null) throw new Error('unchanged');
  return fetched;
}

export const paperIdsOf = ({ papers }: Pick<FetchResult, 'papers'>) => papers.map(({ id }) => id);
