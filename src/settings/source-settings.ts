import { parseSourceNames, type SourceSpec } from '../domain/sources/source-name.ts';
import { parseBaseUrl } from './setting-parsers.ts';

/** Where papers come from, and where those places are. */
export interface SourceSettings {
  /** Empty: papers are imported by hand. */
  names: readonly SourceSpec[];
  /** None of these ends with a slash. */
  hfEndpoint: string;
  arxivRssUrl: string;
  arxivApiUrl: string;
}

type SettingReader = <Value>(
  name: string,
  parse: (text: string) => Value,
  fallback: Value,
) => Value;

/** The settings of sources, through the reader of all settings. */
export function readSourceSettings(readSetting: SettingReader): SourceSettings {
  return {
    names: readSetting('SOURCES', parseSourceList, parseSourceNames('hf-daily')),
    hfEndpoint: readSetting('HF_ENDPOINT', parseBaseUrl, 'https://huggingface.co'),
    arxivRssUrl: readSetting('ARXIV_RSS_URL', parseBaseUrl, 'https://rss.arxiv.org/atom'),
    arxivApiUrl: readSetting('ARXIV_API_URL', parseBaseUrl, 'https://export.arxiv.org/api/query'),
  };
}

/** The sources of SOURCES. @throws Error that says what was expected. */
export function parseSourceList(text: string): SourceSpec[] {
  try {
    return parseSourceNames(text);
  } catch (error) {
    const problem = (error as Error).message.replace(/\.$/, '');
    throw new Error(
      `sources parted by commas such as hf-daily,arxiv:cs.CL+cs.LG, or none; ${problem}`,
    );
  }
}
