import { describe, expect, it } from 'vitest';
import { packSelection, unpackSelection } from '../../../src/db/deliveries/packed-selection.ts';
import type { Selection } from '../../../src/domain/digests/digest.ts';
import { REMARK_KINDS, type Reason, type ReasonMatch } from '../../../src/domain/ranking/reason.ts';

const ON_AGENTS: Reason = { remark: null, match: { kind: 'topics', topics: ['agents'] } };

const MATCHES: ReasonMatch[] = [
  { kind: 'author', name: 'Ada Lovelace' },
  { kind: 'organisation', name: 'AI at Meta' },
  { kind: 'keywords', keywords: ['agent', '“a” "b" \\ \n 論文 📮'] },
  { kind: 'learnedTerms', terms: ['hidden state', 'mamba'] },
  { kind: 'topics', topics: ['agents', 'theory'] },
  { kind: 'weakTopic', topic: 'theory' },
  { kind: 'none' },
];
const REMARKS: Reason['remark'][] = REMARK_KINDS.map((kind) =>
  kind === 'leading' ? { kind, topic: 'agents', paperCount: 7 } : { kind },
);
const REASONS: Reason[] = [null, ...REMARKS].flatMap((remark) =>
  MATCHES.map((match) => ({ remark, match })),
);

describe('packSelection', () => {
  it.each<[string, Selection]>([
    ['without papers', []],
    ['of one paper', [{ rank: 7, reason: ON_AGENTS }]],
    [
      'with a dark horse and a repeated reason',
      [
        { rank: 3, reason: ON_AGENTS },
        {
          rank: 0,
          reason: { remark: { kind: 'noVotes' }, match: { kind: 'none' } },
          isDarkHorse: true,
        },
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
      remark: null,
      match: { kind: 'keywords', keywords: ['a\0b\ud800c'] },
    };
    expect(unpackSelection(packSelection([{ rank: 0, reason }]))).toEqual([
      {
        rank: 0,
        reason: { remark: null, match: { kind: 'keywords', keywords: ['a\ufffdb\ufffdc'] } },
      },
    ]);
  });

  it('Twenty papers with seven reasons are short enough for eight rows of a page to grow in it', () => {
    const onTopic = (topic: string): ReasonMatch => ({ kind: 'topics', topics: [topic] });
    const reasons: Reason[] = [
      {
        remark: { kind: 'leading', topic: 'compression', paperCount: 7 },
        match: onTopic('compression'),
      },
      { remark: { kind: 'muchDiscussed' }, match: onTopic('language') },
      { remark: { kind: 'code' }, match: { kind: 'keywords', keywords: ['benchmark', 'agent'] } },
      { remark: { kind: 'noVotes' }, match: onTopic('agents') },
      { remark: null, match: { kind: 'weakTopic', topic: 'long-context' } },
      { remark: null, match: { kind: 'learnedTerms', terms: ['hidden state', 'mamba'] } },
      { remark: null, match: onTopic('compression') },
    ];
    const selection = Array.from({ length: 20 }, (_, rank) => ({
      rank,
      reason: reasons[rank % reasons.length] as Reason,
    }));
    expect(packSelection(selection).length).toBeLessThan(300);
  });

  it('A code that this version does not know becomes a reason that is always true', () => {
    expect(unpackSelection('[[["?!","x"]],[4,0]]')).toEqual([
      { rank: 4, reason: { remark: null, match: { kind: 'none' } } },
    ]);
  });
});
