import type { Digest, RankedPaper } from '../../src/domain/digests/digest.ts';
import { createLinks } from '../../src/domain/links/links.ts';
import { NO_DETAILS } from '../../src/domain/papers/source-details.ts';
import type { TransactionalKind } from '../../src/domain/transactional/transactional-email.ts';
import type { AddressedDigest } from '../../src/mail/digests/digest-message.ts';
import type { DigestPersonalization } from '../../src/mail/digests/digest-renderer.ts';
import type { SiteSender } from '../../src/mail/templates/sender.ts';
import type { TransactionalMessage } from '../../src/mail/transactional/transactional-email.ts';

export const TOKEN = 'AbCdEfGhIjKlMnOpQr_-Uv';

export function buildRankedPaper(changes: Partial<RankedPaper> = {}): RankedPaper {
  const rank = changes.rank ?? 0;
  return {
    id: `2605.${10_000 + rank}`,
    source: 'seed',
    title: `Gazette ${rank}: On the Delivery of Papers`,
    abstract: `We deliver paper ${rank} at dawn. It arrives before the coffee. Nobody is woken.`,
    authors: [],
    authorCount: 5,
    organization: null,
    publishedOn: '2026-03-19',
    listedOn: '2026-05-08',
    usableOn: '2026-05-08',
    upvotes: 0,
    comments: 0,
    url: `https://arxiv.org/abs/2605.${10_000 + rank}`,
    codeUrl: null,
    categories: [],
    details: NO_DETAILS,
    topics: [],
    otherTopics: [],
    countsVotes: true,
    countsComments: true,
    rank,
    popularity: 0.5,
    ...changes,
  };
}

/** `count` papers, each changed in the same way. */
export function buildRankedPapers(
  count: number,
  changes: Partial<RankedPaper> = {},
): RankedPaper[] {
  return Array.from({ length: count }, (_, rank) => buildRankedPaper({ ...changes, rank }));
}

export function buildDigest(changes: Partial<Digest> = {}): Digest {
  return {
    id: 7,
    kind: 'daily',
    date: '2026-05-08',
    number: 128,
    composedAt: new Date(0),
    ...changes,
  };
}

export function buildSender(changes: Partial<SiteSender> = {}): SiteSender {
  return {
    siteName: 'Paperboy',
    from: { name: 'Paperboy', address: 'papers@example.org' },
    replyTo: null,
    listId: 'papers.example.org',
    postalAddress: '12 Example Street, 10117 Berlin, Germany',
    links: createLinks('https://papers.example.org'),
    messageIdDomain: 'papers.example.org',
    ...changes,
  };
}

/** A selection of the papers with ranks 0 to `count` - 1, and who it is for. */
export function buildDigestCopy(
  count: number,
  changes: Partial<DigestPersonalization> = {},
): DigestPersonalization {
  return {
    token: TOKEN,
    selection: Array.from({ length: count }, (_, rank) => ({
      rank,
      reason: { remark: null, match: { kind: 'author', name: `Author ${rank}` } },
    })),
    darkHorseRank: null,
    topicNames: ['State space'],
    keywords: ['stateless'],
    names: [],
    preferences: {
      frequency: 'weekdays',
      hour: 7,
      timezone: 'Europe/Berlin',
      relevanceThreshold: 'middle',
    },
    signedUpOn: '2026-03-02',
    email: 'ada@example.org',
    allowsClicks: false,
    showsSummaries: true,
    quietSince: null,
    ...changes,
  };
}

export function buildAddressedCopy(
  count: number,
  changes: Partial<AddressedDigest> = {},
  own: Partial<DigestPersonalization> = {},
): AddressedDigest {
  return {
    personalization: buildDigestCopy(count, own),
    to: 'ada@example.org',
    messageId: '<0123456789abcdef@papers.example.org>',
    date: new Date('2026-05-08T05:00:00Z'),
    ...changes,
  };
}

export const REASON = { label: 'Theory', sentence: 'Mentions “stateless”.' };

/** A transactional email to Ada. */
export function buildTransactionalEmail(
  kind: TransactionalKind,
  changes: Partial<TransactionalMessage> = {},
): TransactionalMessage {
  return {
    kind,
    to: 'ada@example.org',
    messageId: '<email-1@papers.example.org>',
    date: new Date('2026-05-08T05:00:00Z'),
    link: `https://papers.example.org/confirm/${TOKEN}`,
    preferences: {
      frequency: 'daily',
      hour: 7,
      timezone: 'Europe/Berlin',
      papers: 10,
      minutes: null,
    },
    topicNames: ['State space', 'Hardware, kernels & edge'],
    latest: {
      date: '2026-05-08',
      number: 128,
      url: 'https://papers.example.org/digests/2026-05-08',
    },
    papers:
      kind === 'return' ? buildRankedPapers(10).map((paper) => ({ paper, reason: REASON })) : [],
    preferencesUrl: `https://papers.example.org/preferences/${TOKEN}`,
    examplesUrl: `https://papers.example.org/examples/${TOKEN}`,
    libraryUrl: `https://papers.example.org/library/${TOKEN}`,
    unsubscribeUrl: `https://papers.example.org/unsubscribe/${TOKEN}`,
    ...changes,
  };
}

/** Texts that try to break out of HTML, headers or templates. */
export const HOSTILE_TEXTS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '{{x}} {{{x}}} {{#each this}}{{/each}}',
  '</mj-text></td></table><!-- end fragment -->',
  'A title\r\nBcc: victim@example.org\r\n\r\nbody',
  'A\0B\u0001token\u0001\u202Egnp.exe\u2066',
  'On $\\alpha \\le \\beta$ and \\textbf{bold} in $O(n^2)$',
  '👩‍🚀 résumé 数学 ’“”',
  '=?utf-8?Q?x?= =0D=0A .leading\n.\nFrom here',
  `Long ${'word '.repeat(1000)}end`,
  'X'.repeat(5000),
  '\ud800 lone surrogate',
  '<'.repeat(5000),
];
