import { readSourceNames, type SourceName } from './domain/source-name.ts';
import { webUrl } from './setting-parsers.ts';

/** Where papers come from, and where those places are. */
export interface SourceSettings {
  /** Empty: papers are imported by hand. */
  names: readonly SourceName[];
  /** None of these ends with a slash. */
  hfEndpoint: string;
  arxivRssUrl: string;
  arxivApiUrl: string;
}

type Read = <Value>(name: string, parse: (text: string) => Value, fallback: Value) => Value;

/** The settings of sources, through the reader of all settings. */
export function readSourceSettings(read: Read): SourceSettings {
  return {
    names: read('SOURCES', parseSources, readSourceNames('hf-daily')),
    hfEndpoint: read('HF_ENDPOINT', webUrl, 'https://huggingface.co'),
    arxivRssUrl: read('ARXIV_RSS_URL', webUrl, 'https://rss.arxiv.org/atom'),
    arxivApiUrl: read('ARXIV_API_URL', webUrl, 'https://export.arxiv.org/api/query'),
  };
}

/** The sources of SOURCES. @throws Error that says what was expected. */
export function parseSources(text: string): SourceName[] {
  try {
    return readSourceNames(text);
  } catch (error) {
    const problem = (error as Error).message.replace(/\.$/, '');
    throw new Error(
      `sources parted by commas such as hf-daily,arxiv:cs.CL+cs.LG, or none; ${problem}`,
    );
  }
}
