import type { Source } from '../domain/fetched.ts';
import type { SourceName } from '../domain/source-name.ts';
import { arxiv } from './arxiv.ts';
import { file } from './file.ts';
import { hfDaily } from './hf-daily.ts';
import { hfSpan } from './hf-span.ts';
import { hfTrending } from './hf-trending.ts';
import type { HttpGet } from './http-get.ts';

export interface SourceDeps {
  hfEndpoint: string;
  arxivRssUrl: string;
  arxivApiUrl: string;
  get: HttpGet;
}

/** The source of a name. */
export function openSource(source: SourceName, deps: SourceDeps): Source {
  const { get } = deps;
  const hf = { endpoint: deps.hfEndpoint, get };
  switch (source.kind) {
    case 'hf-daily':
      return hfDaily(hf);
    case 'hf-weekly':
      return hfSpan(hf, 'weekly');
    case 'hf-monthly':
      return hfSpan(hf, 'monthly');
    case 'hf-trending':
      return hfTrending(hf);
    case 'arxiv': {
      const urls = { feedUrl: deps.arxivRssUrl, apiUrl: deps.arxivApiUrl };
      return arxiv({ ...urls, get }, source.name, source.categories);
    }
    case 'file':
      return file(source.name, source.path);
  }
}

/** The sources that are set, in their order. */
export function openSources(names: readonly SourceName[], deps: SourceDeps): Source[] {
  return names.map((name) => openSource(name, deps));
}
