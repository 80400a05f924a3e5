import { parseSourceNames, type SourceSpec } from '../domain/sources/source-name.ts';
import { parseBaseUrl } from './setting-parsers.ts';

/** The sources of papers and the URLs of their hosts. */
export interface SourceSettings {
  /** Empty: papers are only imported by hand. */
  names: readonly SourceSpec[];
  /** This and the URLs below have no trailing slash. */
  hfEndpoint: string;
  arxivRssUrl: string;
  arxivApiUrl: string;
}

type SettingReader = <Value>(
  name: string,
  parse: (text: string) => Value,
  fallback: Value,
) => Value;

/** Reads the settings of the sources with the reader of all settings. */
export function readSourceSettings(readSetting: SettingReader): SourceSettings {
  return {
    names: readSetting('SOURCES', parseSourceList, parseSourceNames('hf-daily')),
    hfEndpoint: readSetting('HF_ENDPOINT', parseBaseUrl, 'https://huggingface.co'),
    arxivRssUrl: readSetting('ARXIV_RSS_URL', parseBaseUrl, 'https://rss.arxiv.org/atom'),
    arxivApiUrl: readSetting('ARXIV_API_URL', parseBaseUrl, 'https://export.arxiv.org/api/query'),
  };
}

/** The sources of SOURCES. @throws Error that says what was expected. */
function parseSourceList(text: string): SourceSpec[] {
  try {
    return parseSourceNames(text);
  } catch (error) {
    const problem = (error as Error).message.replace(/\.$/, '');
    throw new Error(
      `sources separated by commas such as hf-daily,arxiv:cs.CL+cs.LG, or none; ${problem}`,
    );
  }
}
