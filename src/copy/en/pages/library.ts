import { formatQuantity } from '../format.ts';

/** The page on which a subscriber brings a library, and what it says about an import. */
export const LIBRARY_COPY = {
  title: 'Bring your library',
  promise:
    'Paperboy learns from papers you already know. Ten are enough to choose well; you can bring up to 500.',
  has: (count: number) =>
    `Your library has ${formatQuantity(count, 'paper')}. Paperboy learns what you like from ${count === 1 ? 'it' : 'them'}.`,
  show: 'See and remove them',
  text: 'Paste papers',
  textHelp:
    'BibTeX, RIS, an export from Zotero or Mendeley (CSV or JSON), or a list with one arXiv ID, DOI, link or title per line.',
  file: 'Or choose a file',
  fileHelp: '.bib, .ris, .nbib, .csv, .json or .txt, up to 1 MB.',
  author: 'Or your ORCID iD or full name',
  authorHelp:
    'We ask ORCID or arXiv for your papers, which takes a minute or more. A common name brings other people’s papers too; you can remove them.',
  button: 'Add to my library',
  lookupsHelp:
    'For papers that aren’t on this site, we ask arXiv and Crossref for titles and abstracts by their IDs. They see these IDs, but not who you are.',
  privacy:
    'Your library is private. We use it only to choose papers for you. It is in the data that you can download, and it is deleted with that data.',
  added: ({ added, matched }: { added: number; matched: number }) =>
    matched === 0
      ? `${formatQuantity(added, 'paper')} added.`
      : `${formatQuantity(added, 'paper')} added; ${matched === added ? (added === 1 ? 'it is' : 'all are') : `${matched} of them ${matched === 1 ? 'is' : 'are'}`} known on this site.`,
  nothingAdded: 'Nothing was added.',
  known: (count: number) =>
    `${formatQuantity(count, 'paper')} ${count === 1 ? 'was' : 'were'} already in your library.`,
  unreadable: (count: number) => `${count} ${count === 1 ? 'entry' : 'entries'} couldn’t be read.`,
  untitled: (count: number) =>
    `${count} ${count === 1 ? 'entry has' : 'entries have'} neither a title nor an ID.`,
  overLimit: (count: number, limit: number) =>
    `${formatQuantity(count, 'paper')} ${count === 1 ? 'was' : 'were'} left out: a library holds ${limit}.`,
  cut: (count: number) => `Only the first ${count} entries were read.`,
  lookupRequested:
    'Your papers will be looked up. Reload this page in a minute to see how it went.',
  removed: (title: string) => `Removed from your library: ${title}.`,
  removedAll: (count: number) => `Removed from your library: ${formatQuantity(count, 'paper')}.`,
  lookups: {
    papers: {
      pending: () =>
        'Titles and abstracts are being looked up at arXiv and Crossref. Reload this page in a minute to see how it went.',
      done: (_query: string, found: number) =>
        found === 0
          ? 'arXiv and Crossref had nothing to add about your papers.'
          : `Looked up at arXiv and Crossref: ${formatQuantity(found, 'paper')}.`,
      failed: () =>
        'arXiv or Crossref couldn’t be reached, so some papers have no abstract. Paperboy learns from their titles.',
    },
    orcid: {
      pending: (query: string) =>
        `The papers of ORCID iD ${query} are being looked up. Reload this page in a minute to see how it went.`,
      done: (query: string, found: number) =>
        found === 0
          ? `ORCID iD ${query} lists no papers.`
          : `Found for ORCID iD ${query}: ${formatQuantity(found, 'paper')}.`,
      failed: (query: string) =>
        `The papers of ORCID iD ${query} couldn’t be looked up. Check the iD, or try again later.`,
    },
    author: {
      pending: (query: string) =>
        `Papers by ${query} are being looked up. Reload this page in a minute to see how it went.`,
      done: (query: string, found: number) =>
        found === 0
          ? `No papers by ${query} were found.`
          : `Found by ${query}: ${formatQuantity(found, 'paper')}.`,
      failed: (query: string) => `Papers by ${query} couldn’t be looked up. Try again later.`,
    },
  },
  problems: {
    empty: 'Paste some papers, choose a file, or give an ORCID iD or a name.',
    emptyText: 'text is empty: expected BibTeX, RIS, CSV, JSON or a list.',
    tooLarge: 'That’s more than 1 MB. Choose a smaller file, or paste a part of it.',
    notText: (name: string) =>
      `“${name}” isn’t a text file: expected BibTeX, RIS, CSV, JSON or a list.`,
    tooMany: (perHour: number, minutes: number) =>
      `You have added to your library ${perHour} times within an hour: try again in ${formatQuantity(minutes, 'minute')}.`,
    noPaper: (position: string) => `There is no paper ${position} in this library.`,
  },
} as const;
