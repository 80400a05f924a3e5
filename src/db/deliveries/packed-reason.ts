import type { Reason, ReasonKind, ReasonMatch } from '../../domain/ranking/reason.ts';

/** A reason as it is stored: the codes of its kind and its match, then their arguments. */
export type PackedReason = [codes: string, ...args: (string | number)[]];

/** Stored: a code keeps its meaning. */
const KIND_CODES = {
  leading: 'l',
  meeting: 'x',
  keyResult: 'k',
  undiscussed: 'u',
  littleNoticed: 'f',
  mostDiscussed: 'd',
  muchDiscussed: 'a',
  code: 'c',
  noticed: 'n',
  match: 'm',
  matchReworded: 'r',
} as const satisfies Record<ReasonKind, string>;

const MATCH_CODES = {
  author: 'a',
  organisation: 'o',
  keywords: 'k',
  learnedTerms: 'l',
  topics: 't',
  otherTopic: 'u',
  none: 'n',
} as const satisfies Record<ReasonMatch['kind'], string>;

export function packReason(reason: Reason): PackedReason {
  const code = KIND_CODES[reason.kind];
  if (reason.kind === 'leading') return [code, reason.topic, reason.paperCount];
  if (reason.kind === 'meeting') return [code, reason.topic, reason.otherTopic];
  const codes = code + MATCH_CODES[reason.match.kind];
  const args = listMatchArguments(reason.match);
  return reason.kind === 'keyResult' ? [codes, reason.keyResult, ...args] : [codes, ...args];
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
    case 'otherTopic':
      return [match.topic];
    case 'none':
      return [];
  }
}

/** Unpacks a reason. A code of a newer version becomes the reason that is true of every paper. */
export function unpackReason([codes, ...args]: PackedReason): Reason {
  const kind = findKind(KIND_CODES, codes.charAt(0)) ?? 'match';
  const texts = args.map(String);
  const [first = '', second = ''] = texts;
  if (kind === 'leading') return { kind, topic: first, paperCount: Number(second) };
  if (kind === 'meeting') return { kind, topic: first, otherTopic: second };
  if (kind === 'keyResult')
    return { kind, keyResult: first, match: unpackMatch(codes.charAt(1), texts.slice(1)) };
  return { kind, match: unpackMatch(codes.charAt(1), texts) };
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
    case 'otherTopic':
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
