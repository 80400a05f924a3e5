/**
 * Where a paper was accepted or published, as authors say it in arXiv's comment (`Accepted at ICML
 * 2026`, `10 pages, NeurIPS 2025 (oral)`) or journal reference. Null unless they clearly say so:
 * submissions, earlier versions and talks are no venue.
 */
export function readVenue({
  comment,
  journalRef,
}: {
  comment: string;
  journalRef: string;
}): string | null {
  return readJournalReference(journalRef) ?? readComment(comment.slice(0, MAX_COMMENT_CHARS));
}

/** The first of several references. */
function readJournalReference(journalRef: string): string | null {
  const [first = ''] = journalRef.slice(0, MAX_COMMENT_CHARS).split(';');
  const reference = first
    .replace(/\s+/g, ' ')
    .replace(/[\s.,]+$/, '')
    .trim();
  const isReference = /\p{L}{2}/u.test(reference) && reference.length <= MAX_VENUE_CHARS;
  return isReference ? reference : null;
}

function readComment(comment: string): string | null {
  const clauses = comment.replace(/\s+/g, ' ').split(CLAUSE_END);
  for (const clause of clauses) {
    if (NOT_ACCEPTED.test(clause)) continue;
    const venue = readConference(clause) ?? readAcceptance(clause);
    if (venue !== null) return venue;
  }
  return null;
}

/** `CVPR26`, `ICML’26` and `NeurIPS 2025 Workshop on …` with their whole year. */
function readConference(clause: string): string | null {
  const [whole, findings = '', name = '', century = '', year = '', track = ''] =
    CONFERENCE.exec(clause) ?? [];
  if (whole === undefined) return null;
  const venue = `${findings}${name} ${century === '' ? `20${year}` : `${century}${year}`}${track}`;
  const text = venue.replace(/\s+/g, ' ').trim();
  return text.length <= MAX_VENUE_CHARS ? text : null;
}

/** `Accepted for publication in Physical Review A`. */
function readAcceptance(clause: string): string | null {
  const [, rest = ''] = ACCEPTED.exec(clause) ?? [];
  const venue = rest.split(VENUE_END, 1)[0]?.replace(/[\s.,:]+$/, '') ?? '';
  const isName = /^(?:\d{1,4}(?:th|st|nd|rd)? )?[\p{Lu}]/u.test(venue) && /\p{L}{2}/u.test(venue);
  return isName && venue.length <= MAX_VENUE_CHARS ? venue : null;
}

const MAX_COMMENT_CHARS = 1_000;
const MAX_VENUE_CHARS = 100;

/** Stops of abbreviations (`Phys. Rev. A`) end no clause. */
const CLAUSE_END =
  /;|(?<=\p{Ll}{3}|\d|\))(?<!\b(?:Phys|Rev|Lett|Math|Commun?|Astrophys|Astron|Proc|Trans|Nucl|Chem|Mater|Appl|Opt|Sci|Mod|Int|Eur|Ann|Soc|Acad|Biol|Stat|Comput|Eng|Prog|Part|Theor|Mech|Nat|Conf|Symp))\.\s+|,\s+(?=(?:accepted|to appear|to be|in press|published|presented|submitted|camera|under)\b)/iu;

/** What is said of other versions, or before a decision. */
const NOT_ACCEPTED =
  /\b(?:submitted|submission|under review|in review|reviewing|rejected|withdrawn|in preparation|preprint of|extended|extension|expanded|abridged|shortened|earlier|previous|prior|preliminary|based on|builds? on|follow-?up|companion|supplement\w*|version (?:of|in|at|to)|challenge|competition|leaderboard|talk|lectures?|poster at|template|style|format|not accepted|originally|part of|arXiv:)\b/i;

const CONFERENCE =
  /\b((?:Findings of (?:the )?)?)(NeurIPS|NIPS|ICML|ICLR|CVPR|ICCV|ECCV|WACV|ACCV|BMVC|3DV|ACL|EMNLP|NAACL|EACL|AACL|COLING|LREC(?:-COLING)?|COLM|CoNLL|AAAI|IJCAI|ECAI|AAMAS|UAI|AISTATS|COLT|ALT|CPAL|MLSys|KDD|WWW|TheWebConf|SIGIR|CIKM|WSDM|ECIR|RecSys|ICDM|SDM|ECML(?:[ -]?PKDD)?|ICRA|IROS|CoRL|RSS|HRI|L4DC|Interspeech|INTERSPEECH|ICASSP|ASRU|SLT|ISMIR|MICCAI|ISBI|MIDL|IPMI|SIGGRAPH(?: Asia)?|Eurographics|CHI|UIST|CSCW|OSDI|SOSP|NSDI|USENIX (?:ATC|Security)|EuroSys|ASPLOS|ISCA|MICRO|HPCA|DAC|ICCAD|PPoPP|SIGCOMM|INFOCOM|MobiCom|VLDB|SIGMOD|ICDE|ICSE|FSE|ISSTA|PLDI|POPL|OOPSLA|CAV|CCS|NDSS|CRYPTO|EUROCRYPT|STOC|FOCS|SODA|ITCS|ICALP|QIP|GECCO|ICIP|ICME|ACM MM|ACM Multimedia|ISIT|ICC|GLOBECOM|CDC|ACC|IJCNN|ICPR|IUI|FAccT|AIES|SaTML)(?:[-\s,]+(?=['’\d])|(?=['’\d]))['’]?(20|19)?(\d{2})\b((?: (?:Workshop|Findings)(?: (?:on|for|in|of) [^,;.()]{1,60})?)?)/;

const ACCEPTED =
  /\b(?:accepted|to appear|appear(?:s|ed|ing)|published|to be published|to be presented|presented|in press|forthcoming)\b(?: (?:and|as|for|the|an?|oral|poster|spotlight|publication|presentation|full|short|long|regular|conference|journal|main|paper|article|letter|demo|published|presented|proceedings|of|track|chapter))*? (?:at|to|by|in|for publication in|@) (?:the )?(?:proceedings of (?:the )?|journal )?(.+)/i;

const VENUE_END =
  /\s\(|;|https?:|,\s+(?=\d+ (?:pages?|figures?|tables?)|with\b|code\b|project\b|arXiv|doi\b|DOI\b|volume\b|vol\b)|\.\s+(?=(?:Code|Project|This|The|Our|Supplement|Website|Video|Data|Github|GitHub|See|Extended|Updated|Camera|\d+ pages)\b)/;
