import type { Source } from '../domain/sources/source.ts';
import { parseSourceName } from '../domain/sources/source-name.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { Config } from '../settings/config.ts';
import { type AcquireHostPermit, createHttpGet } from '../sources/http/http-get.ts';
import { type LibrarySources, openLibrarySources } from '../sources/lookups/open-lookups.ts';
import { openSource, openSources, type SourceDeps } from '../sources/open-sources.ts';
import { readVersion } from '../version.ts';

/** The sources of papers. */
export interface SourceRegistry {
  /** The sources that the settings name. */
  configured: readonly Source[];
  /** Opens any source by its name. @throws PaperboyError `UNKNOWN_SOURCE`. */
  openByName(name: string): Source;
  /** The sites that papers of a library are looked up at. */
  library: LibrarySources;
}

/** A list of 2,000 papers may be larger; what is looked up for a library is not. */
const MAX_LOOKUP_BYTES = 4 * 1024 * 1024;

/** Opens the configured sources. Each request of theirs waits for a host permit. */
export function createSourceRegistry(
  config: Pick<Config, 'sources' | 'publicUrl'>,
  { clock, acquireHostPermit }: { clock: Clock; acquireHostPermit: AcquireHostPermit },
): SourceRegistry {
  const { names, ...urls } = config.sources;
  const httpDeps = {
    userAgent: formatUserAgent(config.publicUrl),
    acquirePermit: acquireHostPermit,
    clock,
  };
  const get = createHttpGet(httpDeps);
  const deps: SourceDeps = { ...urls, get };
  return {
    configured: openSources(names, deps),
    openByName: (name) => openSource(parseSourceName(name), deps),
    library: openLibrarySources(urls, createHttpGet({ ...httpDeps, maxBytes: MAX_LOOKUP_BYTES })),
  };
}

/** Names the installation, so that the operators of a source can contact it. */
function formatUserAgent(publicUrl: string): string {
  return `Paperboy/${readVersion()} (+${publicUrl})`;
}
