import type { Source } from '../domain/sources/source.ts';
import { parseSourceName } from '../domain/sources/source-name.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { Config } from '../settings/config.ts';
import { type AcquireHostPermit, createHttpGet } from '../sources/http/http-get.ts';
import { openSource, openSources, type SourceDeps } from '../sources/open-sources.ts';
import { readVersion } from '../version.ts';

/** Where papers can come from. */
export interface SourceRegistry {
  /** Those that are set. */
  configured: readonly Source[];
  /** Any by its name. @throws PaperboyError `UNKNOWN_SOURCE`. */
  openByName(name: string): Source;
}

/** The sources of the settings, which ask when `takeTurn` lets them. */
export function createSourceRegistry(
  config: Pick<Config, 'sources' | 'publicUrl'>,
  { clock, acquireHostPermit }: { clock: Clock; acquireHostPermit: AcquireHostPermit },
): SourceRegistry {
  const { names, ...urls } = config.sources;
  const get = createHttpGet({
    userAgent: formatUserAgent(config.publicUrl),
    acquirePermit: acquireHostPermit,
    clock,
  });
  const deps: SourceDeps = { ...urls, get };
  return {
    configured: openSources(names, deps),
    openByName: (name) => openSource(parseSourceName(name), deps),
  };
}

/** Tells whose requests these are, so that who is bothered can say so. */
function formatUserAgent(publicUrl: string): string {
  return `Paperboy/${readVersion()} (+${publicUrl})`;
}
