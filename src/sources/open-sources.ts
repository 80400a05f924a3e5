import type { Source } from '../domain/sources/source.ts';
import type { SourceSpec } from '../domain/sources/source-name.ts';
import { createArxivSource } from './arxiv/arxiv-source.ts';
import { createBiorxivSource } from './biorxiv/biorxiv-source.ts';
import { createFeedSource } from './feed/feed-source.ts';
import { createFileSource } from './file/file-source.ts';
import type { HttpGet } from './http/http-get.ts';
import { createHfDailySource } from './hugging-face/hf-daily-source.ts';
import { createHfPeriodSource } from './hugging-face/hf-period-source.ts';
import { createHfTrendingSource } from './hugging-face/hf-trending-source.ts';

export interface SourceDeps {
  hfEndpoint: string;
  arxivRssUrl: string;
  arxivApiUrl: string;
  biorxivApiUrl: string;
  get: HttpGet;
}

/** Opens a source. A new kind of source gets a folder here, a case below and a name in
 *  `domain/sources/source-name.ts`. */
export function openSource(spec: SourceSpec, deps: SourceDeps): Source {
  const { get } = deps;
  const hf = { endpoint: deps.hfEndpoint, get };
  switch (spec.kind) {
    case 'hf-daily':
      return createHfDailySource(hf);
    case 'hf-weekly':
      return createHfPeriodSource(hf, 'weekly');
    case 'hf-monthly':
      return createHfPeriodSource(hf, 'monthly');
    case 'hf-trending':
      return createHfTrendingSource(hf);
    case 'arxiv': {
      const urls = { feedUrl: deps.arxivRssUrl, apiUrl: deps.arxivApiUrl };
      return createArxivSource({ ...urls, get }, spec.name, spec.categories);
    }
    case 'biorxiv':
      return createBiorxivSource({ apiUrl: deps.biorxivApiUrl, get }, spec);
    case 'rss':
      return createFeedSource(get, spec);
    case 'file':
      return createFileSource(spec.name, spec.path);
  }
}

/** Opens the configured sources, in their order. */
export function openSources(specs: readonly SourceSpec[], deps: SourceDeps): Source[] {
  return specs.map((spec) => openSource(spec, deps));
}
