import type { Fetched, Source, SourceAsk } from '../../src/domain/fetched.ts';
import { readSourceName } from '../../src/domain/source-name.ts';
import { createHttpGet } from '../../src/sources/http-get.ts';
import { openSource } from '../../src/sources/open-sources.ts';
import type { TestClock } from '../support/clock.ts';
import type { FaultyServer } from '../support/paper-server.ts';

/** The source of that name, which asks `server`. */
export function sourceOn(server: FaultyServer, clock: TestClock, name: string): Source {
  const get = createHttpGet({
    userAgent: 'Paperboy/0.0.1 (+http://localhost:3000)',
    takeTurn: async () => async () => undefined,
    clock,
    timeoutMs: 5000,
    maxBytes: 4 * 1024 * 1024,
  });
  return openSource(readSourceName(name), { ...server.urls, get });
}

/** Asks it, and expects a list. */
export async function listOf(
  source: Source,
  clock: TestClock,
  ask: Partial<SourceAsk> = {},
): Promise<Fetched> {
  const { signal } = new AbortController();
  const fetched = await source.fetch({ day: null, known: null, now: clock(), signal, ...ask });
  if (fetched === null) throw new Error('unchanged');
  return fetched;
}

export const idsOf = ({ papers }: Pick<Fetched, 'papers'>) => papers.map(({ id }) => id);
