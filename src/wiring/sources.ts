import type { Config } from '../config.ts';
import type { Clock } from '../domain/clock.ts';
import type { Source } from '../domain/fetched.ts';
import { readSourceName } from '../domain/source-name.ts';
import { createHttpGet, type TakeTurn } from '../sources/http-get.ts';
import { openSource, openSources, type SourceDeps } from '../sources/open-sources.ts';
import { readVersion } from '../version.ts';

/** Where papers can come from. */
export interface Sources {
  /** Those that are set. */
  set: readonly Source[];
  /** Any by its name. @throws PaperboyError `UNKNOWN_SOURCE`. */
  named(name: string): Source;
}

/** The sources of the settings, which ask when `takeTurn` lets them. */
export function wireSources(
  config: Pick<Config, 'sources' | 'publicUrl'>,
  { clock, takeTurn }: { clock: Clock; takeTurn: TakeTurn },
): Sources {
  const { names, ...urls } = config.sources;
  const get = createHttpGet({ userAgent: userAgentOf(config.publicUrl), takeTurn, clock });
  const deps: SourceDeps = { ...urls, get };
  return {
    set: openSources(names, deps),
    named: (name) => openSource(readSourceName(name), deps),
  };
}

/** Tells whose requests these are, so that who is bothered can say so. */
function userAgentOf(publicUrl: string): string {
  return `Paperboy/${readVersion()} (+${publicUrl})`;
}
