import type { Source } from '../domain/sources/source.ts';
import type { SourceSpec } from '../domain/sources/source-name.ts';
import { createArxivSource } from './arxiv/arxiv.ts';
import { createFileSource } from './file/file.ts';
import type { HttpGet } from './http/http-get.ts';
import { createHfDailySource } from './hugging-face/hf-daily.ts';
import { createHfPeriodSource } from './hugging-face/hf-period.ts';
import { createHfTrendingSource } from './hugging-face/hf-trending.ts';

export interface SourceDeps {
  hfEndpoint: string;
  arxivRssUrl: string;
  arxivApiUrl: string;
  get: HttpGet;
}

/** The source of a name. */
export function openSource(source: SourceSpec, deps: SourceDeps): Source {
  const { get } = deps;
  const hf = { endpoint: deps.hfEndpoint, get };
  switch (source.kind) {
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
      return createArxivSource({ ...urls, get }, source.name, source.categories);
    }
    case 'file':
      return createFileSource(source.name, source.path);
  }
}

/** The sources that are set, in their order. */
export function openSources(names: readonly SourceSpec[], deps: SourceDeps): Source[] {
  return names.map((name) => openSource(name, deps));
}
