import { describe, expect, it } from 'vitest';
import { packSelection, unpackSelection } from '../../../src/db/deliveries/packed-selection.ts';
import type { Selection } from '../../../src/domain/digests/digest.ts';
import type { Reason, ReasonMatch } from '../../../src/domain/ranking/reason.ts';

const ON_AGENTS: Reason = { kind: 'match', match: { kind: 'topics', topics: ['agents'] } };

const MATCHES: ReasonMatch[] = [
  { kind: 'author', name: 'Ada Lovelace' },
  { kind: 'organisation', name: 'AI at Meta' },
  { kind: 'keywords', keywords: ['agent', '“a” "b" \\ \n 論文 📮'] },
  { kind: 'learnedTerms', terms: ['hidden state', 'mamba'] },
  { kind: 'topics', topics: ['agents', 'theory'] },
  { kind: 'otherTopic', topic: 'theory' },
  { kind: 'none' },
];
const KINDS_WITH_A_MATCH = [
  'undiscussed',
  'littleNoticed',
  'mostDiscussed',
  'muchDiscussed',
  'code',
  'noticed',
  'match',
  'matchReworded',
] as const;
const REASONS: Reason[] = [
  { kind: 'leading', topic: 'agents', paperCount: 7 },
  { kind: 'meeting', topic: 'agents', otherTopic: 'theory' },
  ...MATCHES.flatMap((match): Reason[] => [
    { kind: 'keyResult', keyResult: '1.35x', match },
    ...KINDS_WITH_A_MATCH.map((kind) => ({ kind, match })),
  ]),
];

describe('packSelection', () => {
  it.each<[string, Selection]>([
    ['without papers', []],
    ['of one paper', [{ rank: 7, reason: ON_AGENTS }]],
    [
      'with a dark horse and a repeated reason',
      [
        { rank: 3, reason: ON_AGENTS },
        { rank: 0, reason: { kind: 'undiscussed', match: { kind: 'none' } }, isDarkHorse: true },
        { rank: 12, reason: ON_AGENTS },
      ],
    ],
    ['with every reason', REASONS.map((reason, rank) => ({ rank, reason }))],
  ])('A selection %s unpacks to what was packed', (_what, selection) => {
    expect(unpackSelection(packSelection(selection))).toEqual(selection);
  });

  it('A reason is stored once, however many papers have it', () => {
    const selection = Array.from({ length: 20 }, (_, rank) => ({ rank, reason: ON_AGENTS }));
    expect(packSelection(selection).length).toBeLessThan(120);
  });

  it('A packed selection contains nothing that Postgres refuses', () => {
    const reason: Reason = {
      kind: 'match',
      match: { kind: 'keywords', keywords: ['a\0b\ud800c'] },
    };
    expect(unpackSelection(packSelection([{ rank: 0, reason }]))).toEqual([
      {
        rank: 0,
        reason: { kind: 'match', match: { kind: 'keywords', keywords: ['a\ufffdb\ufffdc'] } },
      },
    ]);
  });

  it('Twenty papers with seven reasons are short enough for eight rows of a page to grow in it', () => {
    const reasons: Reason[] = [
      { kind: 'leading', topic: 'compression', paperCount: 7 },
      { kind: 'noticed', match: { kind: 'topics', topics: ['language'] } },
      { kind: 'code', match: { kind: 'keywords', keywords: ['benchmark', 'agent'] } },
      { kind: 'undiscussed', match: { kind: 'topics', topics: ['agents'] } },
      { kind: 'meeting', topic: 'agents', otherTopic: 'long-context' },
      { kind: 'keyResult', keyResult: '52%', match: { kind: 'keywords', keywords: ['agent'] } },
      { kind: 'match', match: { kind: 'topics', topics: ['compression'] } },
    ];
    const selection = Array.from({ length: 20 }, (_, rank) => ({
      rank,
      reason: reasons[rank % reasons.length] as Reason,
    }));
    expect(packSelection(selection).length).toBeLessThan(300);
  });

  it('A code that this version does not know becomes a reason that is always true', () => {
    expect(unpackSelection('[[["?!","x"]],[4,0]]')).toEqual([
      { rank: 4, reason: { kind: 'match', match: { kind: 'none' } } },
    ]);
  });
});
