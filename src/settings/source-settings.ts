import { parseSourceNames, type SourceSpec } from '../domain/sources/source-name.ts';
import { createChoiceParser, parseBaseUrl } from './setting-parsers.ts';

/** The sources of papers and the URLs of their hosts. */
export interface SourceSettings {
  /** Empty: papers are only imported by hand. */
  names: readonly SourceSpec[];
  /** This and the URLs below have no trailing slash. */
  hfEndpoint: string;
  arxivRssUrl: string;
  arxivApiUrl: string;
  orcidApiUrl: string;
  crossrefApiUrl: string;
  /** Whether the papers of a subscriber's library may be looked up at arXiv, Crossref and ORCID. */
  allowsLookups: boolean;
  biorxivApiUrl: string;
}

type SettingReader = <Value>(
  name: string,
  parse: (text: string) => Value,
  fallback: Value,
) => Value;

/** Reads the settings of the sources with the reader of all settings. */
export function readSourceSettings(readSetting: SettingReader): SourceSettings {
  const names = readSetting('SOURCES', parseSourceList, parseSourceNames('hf-daily'));
  const lookups = readSetting('LIBRARY_LOOKUPS', parseOnOff, names.length > 0 ? 'on' : 'off');
  return {
    names,
    hfEndpoint: readSetting('HF_ENDPOINT', parseBaseUrl, 'https://huggingface.co'),
    arxivRssUrl: readSetting('ARXIV_RSS_URL', parseBaseUrl, 'https://rss.arxiv.org/atom'),
    arxivApiUrl: readSetting('ARXIV_API_URL', parseBaseUrl, 'https://export.arxiv.org/api/query'),
    orcidApiUrl: readSetting('ORCID_API_URL', parseBaseUrl, 'https://pub.orcid.org/v3.0'),
    crossrefApiUrl: readSetting('CROSSREF_API_URL', parseBaseUrl, 'https://api.crossref.org'),
    allowsLookups: lookups === 'on',
    biorxivApiUrl: readSetting('BIORXIV_API_URL', parseBaseUrl, 'https://api.biorxiv.org'),
  };
}

const parseOnOff = createChoiceParser(['on', 'off']);

/** The sources of SOURCES. @throws Error that says what was expected. */
export function parseSourceList(text: string): SourceSpec[] {
  try {
    return parseSourceNames(text);
  } catch (error) {
    const problem = (error as Error).message.replace(/\.$/, '');
    throw new Error(
      `sources separated by commas such as hf-daily,arxiv:cs.CL+cs.LG, or none; ${problem}`,
    );
  }
}
