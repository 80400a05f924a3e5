import type { DigestSummary } from '../../../src/domain/digests/digest.ts';
import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import { NO_DETAILS } from '../../../src/domain/papers/source-details.ts';
import {
  DEFAULT_PREFERENCES,
  type Subscriber,
} from '../../../src/domain/subscribers/subscriber.ts';
import type { Topic } from '../../../src/domain/topics/topic.ts';
import type {
  DeliveryView,
  FrontView,
  Pages,
  PapersView,
  PreferencesView,
  SignUpFormView,
  SiteInfo,
  StatusView,
} from '../../../src/http/pages/index.ts';
import type { DayOverview } from '../../../src/services/papers/read-day.ts';

/** A site below a path, so that a link which forgets the path is found. */
export const SITE: SiteInfo = {
  name: 'Paperboy',
  publicUrl: 'https://papers.example.org/daily',
  postalAddress: '12 Example Street, 10117 Berlin',
};

export const TIMEZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')];

export function buildTopic(changes: Partial<Topic>): Topic {
  return {
    slug: 'topic',
    name: 'Topic',
    group: null,
    status: 'offered',
    categories: [],
    categoryRole: 'none',
    query: '',
    titleQuery: '',
    ...changes,
  };
}

export const TOPICS = Array.from({ length: 21 }, (_, at) =>
  buildTopic({ slug: `topic-${at}`, name: `Topic number ${at} & more` }),
);

export function buildPaperView(changes: Partial<TopicPaper> = {}): TopicPaper {
  return {
    id: '2605.01234',
    source: 'arxiv',
    title: 'SpecEyes: Accelerating Agentic Multimodal LLMs via Speculative Perception',
    abstract:
      'Agentic multimodal large language models achieve remarkable reasoning capabilities through iterative visual tool invocation. However, the cascaded loops introduce significant sequential overhead.',
    authors: [],
    authorCount: 6,
    organization: null,
    publishedOn: '2026-03-24',
    listedOn: '2026-05-08',
    usableOn: '2026-05-08',
    upvotes: 0,
    comments: 4,
    url: 'https://arxiv.org/abs/2605.01234',
    codeUrl: null,
    categories: [],
    details: NO_DETAILS,
    topics: [{ slug: 'topic-1', score: 1 }],
    otherTopics: [],
    countsVotes: true,
    countsComments: true,
    ...changes,
  };
}

export function buildPaperViews(count: number): TopicPaper[] {
  return Array.from({ length: count }, (_, at) =>
    buildPaperView({
      id: `2605.${10000 + at}`,
      title: `Paper ${at}: ${'a long deck of words '.repeat(4)}`,
    }),
  );
}

export function buildSignUpForm(changes: Partial<SignUpFormView> = {}): SignUpFormView {
  return {
    values: { ...DEFAULT_PREFERENCES, email: '' },
    problems: {},
    timezones: TIMEZONES,
    isPrivate: false,
    ...changes,
  };
}

export function buildDayOverview(changes: Partial<DayOverview> = {}): DayOverview {
  return {
    day: '2026-05-08',
    number: 128,
    week: [4, 5, 6, 7, 8, 9, 10].map((day, at) => ({
      day: `2026-05-${String(day).padStart(2, '0')}`,
      count: at > 4 ? 0 : 40 + at,
    })),
    previous: '2026-05-07',
    next: null,
    earlier: '2026-05-01',
    later: null,
    total: 49,
    topics: TOPICS.map((topic, at) => ({ ...topic, count: 21 - at })),
    ...changes,
  };
}

export function buildFrontView(changes: Partial<FrontView> = {}): FrontView {
  return {
    ...buildDayOverview(),
    today: '2026-05-08',
    papers: buildPaperViews(49),
    form: buildSignUpForm(),
    isEmpty: false,
    ...changes,
  };
}

export function buildPapersView(changes: Partial<PapersView> = {}): PapersView {
  return {
    papers: buildPaperViews(3),
    matchedWords: new Set(),
    total: 3,
    isTruncated: false,
    page: 1,
    pages: 1,
    hasNext: false,
    order: 'newest',
    hasOnlyStopWords: false,
    day: null,
    date: null,
    topic: null,
    q: null,
    allTopics: TOPICS,
    latest: null,
    today: '2026-05-08',
    ...changes,
  };
}

export function buildDigestSummary(changes: Partial<DigestSummary> = {}): DigestSummary {
  return {
    id: 1,
    kind: 'daily',
    date: '2026-05-08',
    number: 128,
    composedAt: new Date('2026-05-08T05:00:00Z'),
    audience: 10,
    papers: 49,
    pausedAt: null,
    pauseReason: null,
    cancelledAt: null,
    ...changes,
  };
}

export function buildSubscriber(changes: Partial<Subscriber> = {}): Subscriber {
  return {
    ...DEFAULT_PREFERENCES,
    id: 1,
    email: 'ada@example.org',
    status: 'active',
    createdAt: new Date('2026-03-02T05:00:00Z'),
    confirmedAt: new Date('2026-03-02T05:00:00Z'),
    pausedUntil: null,
    ...changes,
  };
}

export function buildDeliveryView(changes: Partial<DeliveryView> = {}): DeliveryView {
  return {
    token: 'a-token',
    digest: buildDigestSummary(),
    subscriber: buildSubscriber({ topics: ['topic-1'], keywords: ['stateless'] }),
    papers: buildPaperViews(10).map((paper, at) => ({
      paper: { ...paper, rank: at, popularity: 1 },
      reason: { label: 'Topic', sentence: `Reason number ${at}.` },
      isDarkHorse: at === 6,
    })),
    usesFeedback: false,
    topics: TOPICS,
    note: '',
    ...changes,
  };
}

export function buildPreferencesView(changes: Partial<PreferencesView> = {}): PreferencesView {
  return {
    token: 'a-token',
    email: 'ada@example.org',
    status: 'active',
    preferences: {
      ...DEFAULT_PREFERENCES,
      topics: ['topic-1', 'topic-2'],
      keywords: ['stateless', 'Tencent'],
      frequency: 'weekdays',
      timezone: 'Europe/Berlin',
      hour: 7,
      papers: 10,
    },
    pausedUntil: null,
    typedPausedUntil: null,
    shown: '{}',
    topics: TOPICS.map((topic, at) => ({ ...topic, papersPerWeek: at })),
    phrases: {
      keywords: ['stateless', 'Tencent'].map((text) => ({ text, perWeek: 4, isRemoved: false })),
      names: [],
      addedKeyword: '',
      addedName: '',
    },
    feedHref: '/daily/feeds/a-token.xml',
    today: '2026-05-08',
    openSection: null,
    timezones: TIMEZONES,
    askedOn: '2026-03-02',
    nextDigestOn: '2026-05-11',
    isSaved: false,
    problems: {},
    ...changes,
  };
}

/** A status with every kind of problem, and a digest that was sent. */
export function buildStatusView(
  changes: Partial<StatusView> = {},
  untrusted = 'hf-daily',
): StatusView {
  const at = new Date('2026-05-08T05:00:00Z');
  const counts = { found: 49, added: 12, updated: 3, refused: 1 };
  const ok = { status: 'ok', sentence: untrusted } as const;
  const source = { succeededAt: at, lastNewPaperAt: at, newestListDay: '2026-05-07', nextAt: at };
  const last = { endedAt: at, outcome: 'failed', detail: untrusted, ...counts } as const;
  const states = { pending: 0, claimed: 0, sending: 0, sent: 9, deferred: 0, failed: 1 };
  return {
    status: {
      now: new Date('2026-05-08T06:00:00Z'),
      sources: [
        { name: untrusted, lastFetch: last, consecutiveFailures: 2, ...source },
        {
          name: 'arxiv:cs.CL',
          lastFetch: { ...last, outcome: 'papers' },
          consecutiveFailures: 0,
          ...source,
        },
      ],
      nextCompose: {
        daily: new Date('2026-05-09T05:30:00Z'),
        weekly: new Date('2026-05-11T05:30:00Z'),
      },
      digests: [
        {
          digest: buildDigestSummary({ number: 12, pausedAt: at, pauseReason: untrusted }),
          audience: 10,
          states: { ...states, unknown: 0, skipped: 0, expired: 0 },
          due: 0,
          inProgress: 0,
          scheduled: 0,
          ratePerSecond: 0,
          secondsLeft: 0,
          delays: { p50: 1, p95: 2, p99: 3, max: 4 },
        },
      ],
      waiting: { deliveries: { count: 3, since: at }, transactional: { count: 0, since: null } },
      workers: 0,
      alerts: [
        {
          id: 1,
          kind: 'relay-down',
          subject: untrusted,
          sentence: untrusted,
          raisedAt: at,
          seenAt: at,
          times: 4,
          endedAt: null,
          mailedAt: null,
          endMailedAt: null,
        },
      ],
    },
    checks: {
      database: ok,
      migrations: ok,
      queue: ok,
      relay: { status: 'failed', sentence: untrusted },
    },
    version: '0.0.0-test',
    isForOperator: true,
    ...changes,
  };
}

/** Every page by its name, with `untrusted` wherever the text comes from outside. */
export function renderEveryPage(pages: Pages, untrusted: string): Record<string, string> {
  const email = `${untrusted}@example.org`;
  const topic = buildTopic({
    slug: 'topic-1',
    name: untrusted,
    categories: [untrusted],
    query: untrusted,
  });
  const topics = [topic];
  const preferences = {
    ...buildPreferencesView().preferences,
    keywords: [untrusted],
    timezone: untrusted,
  };
  const hostile = buildPaperView({
    title: `${untrusted}: ${untrusted}`,
    abstract: `${untrusted} improves throughput by 1.35x over ${untrusted}.`,
    authors: [untrusted],
    authorCount: 1,
    organization: untrusted,
    url: `javascript:alert(1)//${untrusted}`,
    codeUrl: `javascript:alert(2)//${untrusted}`,
  });
  const problems = { email: untrusted, keywords: untrusted, timezone: untrusted };
  const form = buildSignUpForm({ values: { ...preferences, email }, problems });
  const counted = [{ ...topic, count: 1 }];
  const followed = [{ slug: 'topic-1', name: untrusted, group: untrusted, papersPerWeek: null }];
  const digest = buildDigestSummary({ kind: 'weekly', date: '2026-05-11', number: 18 });
  const message = {
    id: 'm/1',
    from: untrusted,
    to: [email],
    subject: untrusted,
    receivedAt: new Date('2026-05-08T07:00:00Z'),
    bytes: 45_000,
  };
  return {
    front: pages.front(buildFrontView({ papers: Array(6).fill(hostile), topics: counted, form })),
    emptyFront: pages.front(buildFrontView({ papers: [], total: 0, number: null, isEmpty: true })),
    quietFront: pages.front(buildFrontView({ papers: [], total: 0 })),
    papers: pages.papers(
      buildPapersView({
        papers: [hostile],
        q: untrusted,
        topic,
        pages: 2,
      }),
    ),
    emptySearch: pages.papers(buildPapersView({ papers: [], total: 0, q: untrusted })),
    day: pages.papers(
      buildPapersView({
        papers: [hostile],
        date: '2026-05-08',
        day: buildDayOverview({ topics: counted }),
      }),
    ),
    found: pages.papers(
      buildPapersView({ papers: [hostile], q: untrusted, matchedWords: new Set(['script']) }),
    ),
    paper: pages.paper({
      paper: hostile,
      topics,
      digests: [digest],
      similar: [hostile],
      sources: ['<hf>', 'arxiv:cs.LG'],
      withdrawnOn: '2026-05-09',
    }),
    topics: pages.topics([
      { slug: 'topic-1', name: untrusted, group: untrusted, papersPerWeek: 3 },
    ]),
    topic: pages.topic({
      topic,
      papersPerWeek: 3,
      papers: [hostile],
      page: 2,
      hasNext: true,
    }),
    digests: pages.digests({
      month: '2026-05',
      months: [
        { month: '2026-05', count: 1 },
        { month: '2025-12', count: 4 },
      ],
      digests: [digest],
    }),
    emptyDigests: pages.digests({ month: null, months: [], digests: [] }),
    view: pages.delivery(
      buildDeliveryView({
        papers: Array.from({ length: 7 }, (_, at) => ({
          paper: { ...hostile, rank: at, popularity: 1 },
          reason: { label: untrusted, sentence: untrusted },
          isDarkHorse: at === 4,
        })),
        topics,
        subscriber: buildSubscriber({ topics: ['topic-1'], keywords: [untrusted] }),
      }),
    ),
    status: pages.status(buildStatusView({ isForOperator: true }, untrusted)),
    publicStatus: pages.status(buildStatusView({ isForOperator: false }, untrusted)),
    digest: pages.digest({
      digest,
      papers: [{ ...hostile, rank: 0, popularity: 1 }],
      previous: '2026-05-04',
      next: null,
    }),
    confirm: pages.confirm({
      subscriber: { ...preferences, email },
      topics,
      mutedTopics: topics,
      firstDigest: null,
      latestDate: '2026-05-08',
    }),
    preferences: pages.preferences(
      buildPreferencesView({
        email,
        preferences,
        topics: followed,
        problems,
        status: 'paused',
        phrases: {
          keywords: [{ text: untrusted, perWeek: 0, isRemoved: true }],
          names: [{ text: untrusted, perWeek: 0.5, isRemoved: false }],
          addedKeyword: untrusted,
          addedName: untrusted,
        },
      }),
    ),
    more: pages.feedback({
      token: 'a-token',
      verb: 'more',
      paper: hostile,
      state: 'given',
      terms: [{ term: untrusted, weight: 0.5 }],
    }),
    mute: pages.mute({
      token: 'a-token',
      topic: { slug: 'topic-1', name: untrusted },
      state: 'given',
      wasFollowed: true,
    }),
    options: pages.feedbackOptions({
      token: 'a-token',
      paper: hostile,
      topics: [{ slug: 'topic-1', name: untrusted, isMuted: false }],
      givenVerbs: ['more'],
    }),
    saved: pages.saved({
      token: 'a-token',
      papers: [{ ...hostile, savedOn: '2026-05-08' }],
      removed: untrusted,
    }),
    learned: pages.learned({
      token: 'a-token',
      terms: [{ term: untrusted, weight: -0.5, from: [{ verb: 'less', paper: hostile }] }],
      unlearned: [untrusted],
      feedback: [{ verb: 'less', paper: hostile, givenOn: '2026-05-08' }],
      library: Array.from({ length: 7 }, (_, position) => ({
        position,
        title: position === 0 ? '' : untrusted,
        arxivId: null,
        doi: untrusted,
        paperId: position === 1 ? hostile.id : null,
      })),
      allowsClicks: false,
      notice: untrusted,
    }),
    examples: pages.examples({
      token: 'a-token',
      title: untrusted,
      sentences: [untrusted],
      papers: [hostile, { ...hostile, id: untrusted }],
      problem: untrusted,
    }),
    library: pages.library({
      token: 'a-token',
      paperCount: 7,
      lookups: [
        {
          kind: 'author',
          query: untrusted,
          state: 'done',
          requestedAt: new Date('2026-05-08T08:00:00Z'),
          attempts: 0,
          found: 1,
        },
      ],
      allowsLookups: true,
      notice: [untrusted],
      problem: untrusted,
    }),
    unsubscribe: pages.unsubscribe({
      email,
      token: 'a-token',
      isUnsubscribed: false,
      today: '2026-05-08',
    }),
    goodbye: pages.unsubscribe({
      email,
      token: 'a-token',
      isUnsubscribed: true,
      today: '2026-05-08',
    }),
    export: pages.exportOrErase({ kind: 'export', email }),
    erase: pages.exportOrErase({ kind: 'erase', email }),
    message: pages.message({
      title: untrusted,
      sentences: [untrusted],
      links: [{ text: untrusted, href: '/' }],
    }),
    inboxList: pages.inboxList([message]),
    inboxMessage: pages.inboxMessage({
      entry: message,
      parsed: {
        headers: [{ name: untrusted, value: untrusted }],
        text: untrusted,
        html: untrusted,
      },
    }),
  };
}
