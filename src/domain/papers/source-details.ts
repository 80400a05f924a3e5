/** What sources know of a paper besides its text. None of it is ours. */
export interface SourceDetails {
  /** A short text about the paper, and who wrote it, such as `Hugging Face`. */
  summary: PaperSummary | null;
  /** In the source's words. */
  keywords: string[];
  projectUrl: string | null;
  /** Stars of the repository of `codeUrl`. */
  codeStars: number | null;
  /** Where it appeared or was accepted: `ICML 2026`, `Phys. Rev. D 76, 013009 (2007)`. */
  venue: string | null;
  /** In lower case, of the published version. */
  doi: string | null;
}

export interface PaperSummary {
  text: string;
  by: string;
}

/** Of a paper of which no source tells more. */
export const NO_DETAILS: SourceDetails = {
  summary: null,
  keywords: [],
  projectUrl: null,
  codeStars: null,
  venue: null,
  doi: null,
};

/** Merges details from a source into the stored ones: what the source does not give stays. */
export function mergeDetails(
  stored: SourceDetails | undefined,
  listed: SourceDetails,
): SourceDetails {
  return {
    summary: listed.summary ?? stored?.summary ?? null,
    keywords: listed.keywords.length > 0 ? listed.keywords : (stored?.keywords ?? []),
    projectUrl: listed.projectUrl ?? stored?.projectUrl ?? null,
    codeStars: listed.codeStars ?? stored?.codeStars ?? null,
    venue: listed.venue ?? stored?.venue ?? null,
    doi: listed.doi ?? stored?.doi ?? null,
  };
}
