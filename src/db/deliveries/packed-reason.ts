import type { Reason, ReasonMatch, Remark, RemarkKind } from '../../domain/ranking/reason.ts';

/** A reason as it is stored: the codes of its remark and its match, then their arguments. */
export type PackedReason = [codes: string, ...args: (string | number)[]];

/** Stored: a code keeps its meaning. */
const REMARK_CODES = {
  leading: 'l',
  mostDiscussed: 'd',
  muchDiscussed: 'a',
  code: 'c',
  noVotes: 'v',
  noComments: 'o',
  fewVotes: 'w',
  fewComments: 'p',
} as const satisfies Record<RemarkKind, string>;

const NO_REMARK_CODE = '-';

const MATCH_CODES = {
  author: 'a',
  organisation: 'o',
  keywords: 'k',
  learnedTerms: 'l',
  topics: 't',
  weakTopic: 'w',
  none: 'n',
} as const satisfies Record<ReasonMatch['kind'], string>;

export function packReason({ remark, match }: Reason): PackedReason {
  const codes =
    (remark === null ? NO_REMARK_CODE : REMARK_CODES[remark.kind]) + MATCH_CODES[match.kind];
  const args = listMatchArguments(match);
  return remark?.kind === 'leading'
    ? [codes, remark.topic, remark.paperCount, ...args]
    : [codes, ...args];
}

function listMatchArguments(match: ReasonMatch): readonly string[] {
  switch (match.kind) {
    case 'author':
    case 'organisation':
      return [match.name];
    case 'keywords':
      return match.keywords;
    case 'learnedTerms':
      return match.terms;
    case 'topics':
      return match.topics;
    case 'weakTopic':
      return [match.topic];
    case 'none':
      return [];
  }
}

/** Unpacks a reason. A code of a newer version becomes no remark or no match. */
export function unpackReason([codes, ...args]: PackedReason): Reason {
  const texts = args.map(String);
  const kind = findKind(REMARK_CODES, codes.charAt(0));
  const isLeading = kind === 'leading';
  return {
    remark: unpackRemark(kind, texts),
    match: unpackMatch(codes.charAt(1), isLeading ? texts.slice(LEADING_ARGUMENTS) : texts),
  };
}

/** Arguments of the remark `leading`. */
const LEADING_ARGUMENTS = 2;

function unpackRemark(kind: RemarkKind | null, [topic = '', count = '']: string[]): Remark | null {
  if (kind === null) return null;
  return kind === 'leading' ? { kind, topic, paperCount: Number(count) } : { kind };
}

function unpackMatch(code: string, args: readonly string[]): ReasonMatch {
  const kind = findKind(MATCH_CODES, code) ?? 'none';
  const [first = ''] = args;
  switch (kind) {
    case 'author':
    case 'organisation':
      return { kind, name: first };
    case 'keywords':
      return { kind, keywords: args };
    case 'learnedTerms':
      return { kind, terms: args };
    case 'topics':
      return { kind, topics: args };
    case 'weakTopic':
      return { kind, topic: first };
    case 'none':
      return { kind };
  }
}

function findKind<Kind extends string>(
  codes: Readonly<Record<Kind, string>>,
  code: string,
): Kind | null {
  for (const kind in codes) if (codes[kind] === code) return kind;
  return null;
}
