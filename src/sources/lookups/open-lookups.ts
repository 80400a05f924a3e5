import type { LibraryEntry } from '../../domain/library/library-entry.ts';
import { lookUpArxivAuthor, lookUpArxivIds } from '../arxiv/arxiv-lookup.ts';
import type { HttpGet } from '../http/http-get.ts';
import { lookUpDois } from './crossref-works.ts';
import { lookUpOrcid } from './orcid-works.ts';

/** Finds papers for a subscriber's library at other sites. Every function throws SourceError. */
export interface LibrarySources {
  findByArxivIds(ids: readonly string[], signal: AbortSignal): Promise<LibraryEntry[]>;
  findByDois(dois: readonly string[], signal: AbortSignal): Promise<LibraryEntry[]>;
  findByOrcid(orcid: string, limit: number, signal: AbortSignal): Promise<LibraryEntry[]>;
  findByAuthor(name: string, limit: number, signal: AbortSignal): Promise<LibraryEntry[]>;
}

interface LookupUrls {
  arxivApiUrl: string;
  crossrefApiUrl: string;
  orcidApiUrl: string;
}

/** Opens the sites that a library is looked up at: arXiv, Crossref and ORCID. */
export function openLibrarySources(urls: LookupUrls, get: HttpGet): LibrarySources {
  const arxiv = { apiUrl: urls.arxivApiUrl, get };
  const crossref = { apiUrl: urls.crossrefApiUrl, get };
  const orcidSite = { apiUrl: urls.orcidApiUrl, get };
  return {
    findByArxivIds: (ids, signal) => lookUpArxivIds(arxiv, ids, signal),
    findByDois: (dois, signal) => lookUpDois(crossref, dois, signal),
    findByOrcid: (orcid, limit, signal) => lookUpOrcid(orcidSite, { orcid, limit }, signal),
    findByAuthor: (name, limit, signal) => lookUpArxivAuthor(arxiv, { name, limit }, signal),
  };
}
