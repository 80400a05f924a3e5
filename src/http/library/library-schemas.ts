import { Type } from 'typebox';
import { LIBRARY_FORMATS } from '../../domain/library/library-format.ts';
import { LOOKUP_KINDS } from '../../domain/library/library-lookup.ts';
import { TokenParams } from '../schemas.ts';

export const LibraryPositionParams = Type.Object({
  ...TokenParams.properties,
  position: Type.String({ maxLength: 12, description: 'As in the list', examples: ['1'] }),
});

export const LibraryBody = Type.Object(
  {
    text: Type.String({
      description:
        'BibTeX, RIS, CSV or JSON of Zotero or Mendeley, CSL-JSON, or one arXiv ID, DOI or title per line; at most 1 MB',
    }),
  },
  { additionalProperties: false },
);

export const LookupBody = Type.Object(
  {
    author: Type.String({
      maxLength: 200,
      description: 'An ORCID iD or a full name',
      examples: ['0000-0002-1825-0097'],
    }),
  },
  { additionalProperties: false },
);

const count = (description: string) => Type.Integer({ description });

export const ImportJson = Type.Object({
  format: Type.Enum([...LIBRARY_FORMATS]),
  entries: count('Entries that were read'),
  added: count('Papers that were added'),
  matched: count('Those of them that are stored here'),
  known: count('Papers that the library already had, or that were listed twice'),
  ignored: Type.Object({
    unreadable: count('Entries that could not be read'),
    untitled: count('Entries with neither a title nor an id'),
    over_limit: count('Papers beyond the 500 that a library holds'),
  }),
  is_cut: Type.Boolean({ description: 'Whether entries after the first 2,000 were not read' }),
  total: count('Papers in the library now'),
});

const nullableText = (description: string) =>
  Type.Unsafe<string | null>({ type: 'string', nullable: true, description });

export const LibraryJson = Type.Object({
  papers: Type.Array(
    Type.Object({
      position: Type.Integer(),
      title: Type.String({ description: 'Empty until it is looked up' }),
      arxiv_id: nullableText('Without version'),
      doi: nullableText('In lower case'),
      paper: nullableText('The stored paper that is the same'),
      added_at: Type.String(),
    }),
  ),
  lookups: Type.Array(
    Type.Object({
      kind: Type.Enum([...LOOKUP_KINDS]),
      query: Type.String(),
      state: Type.Enum(['pending', 'done', 'failed']),
      found: Type.Integer(),
      requested_at: Type.String(),
    }),
  ),
});

export const RemovedJson = Type.Object({ removed: Type.Integer() });
