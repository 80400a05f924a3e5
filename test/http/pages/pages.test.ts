import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import { loadPages } from '../../../src/http/pages/index.ts';
import {
  buildDayOverview,
  buildDeliveryView,
  buildDigestSummary,
  buildPapersView,
  buildPaperView,
  buildPaperViews,
  buildPreferencesView,
  buildTopic,
  SITE,
  TOPICS,
} from './view-builders.ts';

const pages = loadPages(SITE);
const alone = (only: TopicPaper) => ({
  paper: only,
  topics: [],
  digests: [],
  similar: [],
  sources: ['hf-daily'],
  withdrawnOn: null,
});

describe('The list of papers', () => {
  it('The search form submits text, topic and day to the list of papers', () => {
    const $ = load(pages.papers(buildPapersView({ q: 'kv cache', date: '2026-05-08' })));
    expect($('form.search').attr('action')).toBe('/daily/papers');
    expect($('#q').attr('value')).toBe('kv cache');
    expect($('#date').attr('value')).toBe('2026-05-08');
  });

  it('The links to the previous and next page keep the search', () => {
    const view = buildPapersView({
      q: 'kv & cache',
      topic: TOPICS[2] ?? null,
      page: 2,
      pages: 3,
      total: 60,
      hasNext: true,
    });
    const $ = load(pages.papers(view));
    expect($('a[rel="prev"]').attr('href')).toBe('/daily/papers?topic=topic-2&q=kv+%26+cache');
    expect($('a[rel="next"]').attr('href')).toBe(
      '/daily/papers?topic=topic-2&q=kv+%26+cache&page=3',
    );
  });

  it('A search without results links to the papers of the last day', () => {
    const $ = load(
      pages.papers(
        buildPapersView({
          papers: [],
          total: 0,
          q: 'perpetual motion',
          latest: buildDayOverview(),
        }),
      ),
    );
    expect($('.empty-state').text()).toBe('No papers mention “perpetual motion”. 49 came today.');
    expect($('.remaining-link a').attr('href')).toBe('/daily/papers?date=2026-05-08');
  });
});

describe('The papers of a day', () => {
  const onTopic = () =>
    load(
      pages.papers(
        buildPapersView({ date: '2026-05-08', topic: TOPICS[2] ?? null, day: buildDayOverview() }),
      ),
    );

  it('A day’s papers have the week above them and a link to the day before', () => {
    const $ = load(pages.papers(buildPapersView({ date: '2026-05-08', day: buildDayOverview() })));
    expect($('h1').text()).toBe('Friday, 8 May 2026');
    expect($('.week [aria-current="date"]').text()).toContain('Fri 8 May');
    expect($('.pager a').attr('href')).toBe('/daily/papers?date=2026-05-07');
  });

  it('A day’s papers on one topic show their count and a link to the others', () => {
    const $ = onTopic();
    expect($('.topics-bar summary').first().text()).toBe('Topic number 2 & more, 19 papers');
    expect($('.topics-bar [aria-current]').text()).toBe('Topic number 2 & more 19');
    expect($('.topics-bar a').first().attr('href')).toBe('/daily/papers?date=2026-05-08');
  });

  it('The search form on a day’s page is collapsed, and open on a search', () => {
    expect(onTopic()('.collapsible').attr('open')).toBeUndefined();
    expect(
      load(pages.papers(buildPapersView({ q: 'kv' })))('.collapsible').attr('open'),
    ).toBeDefined();
  });
});

describe('A search', () => {
  it('A search result highlights matches in its title and in the sentence that has them', () => {
    const found = buildPaperView({
      title: 'Caches: Of KV caches',
      abstract: 'First we talk. Then <i>caches</i> are told. They end.',
    });
    const view = buildPapersView({
      papers: [found],
      q: 'cache',
      matchedWords: new Set(['caches']),
    });
    const $ = load(pages.papers(view));
    expect($('.paper-list h2').text()).toBe('Caches: Of KV caches');
    expect($('.paper-list p').first().text()).toBe('Then <i>caches</i> are told. They end.');
    const marks = $('.paper-list mark').toArray();
    expect(marks.map((mark) => $(mark).text())).toEqual(['Caches', 'caches', 'caches']);
  });

  it('A search that is too broad, or has only stop words, says so', () => {
    const broad = load(
      pages.papers(buildPapersView({ q: 'model', total: 250, isTruncated: true })),
    );
    expect(broad('.count').text()).toBe(
      'More than 250 papers, newest first. Add a keyword to narrow them down.',
    );
    const idle = load(
      pages.papers(buildPapersView({ papers: [], total: 0, q: 'the', hasOnlyStopWords: true })),
    );
    expect(idle('.empty-state').text()).toBe(
      '“the” is too common to search for. Add a rarer keyword.',
    );
  });
});

describe('The page of a topic', () => {
  const buildTopicOf = (phrases: string[]) =>
    buildTopic({ slug: 'ssm', name: 'State space', query: phrases.join(' or ') });
  const rest = { papersPerWeek: 1, papers: buildPaperViews(2), page: 1, hasNext: false };

  it.each([
    [['a'], 'Papers that mention “a”.'],
    [['a', 'b', 'c'], 'Papers that mention “a”, “b” or “c”.'],
    [
      ['a', 'b', 'c', 'd', 'e', 'f'],
      'Papers that mention “a”, “b”, “c”, “d”, “e” or 1 other phrase from its field.',
    ],
  ])('The page of a topic names its phrases: %j', (phrases, sentence) => {
    const $ = load(pages.topic({ topic: buildTopicOf(phrases), ...rest }));
    expect($('.statement').text()).toBe(sentence);
  });

  it.each([
    [0, 'Less than one paper a week.'],
    [1, 'About 1 paper a week.'],
  ])('The page of a topic states %i papers a week', (papersPerWeek, sentence) => {
    const view = { topic: buildTopicOf(['a']), ...rest, papersPerWeek };
    expect(load(pages.topic(view))('main').text()).toContain(sentence);
  });
});

describe('A delivered digest', () => {
  const $ = load(pages.delivery(buildDeliveryView()));

  it('A delivered digest has a lead, three stories, a dark horse and briefs, each with its reason', () => {
    expect($('.lead').length).toBe(1);
    expect($('.view-story').length).toBe(3);
    expect($('.dark-horse .reason').text()).toBe('Reason number 6.');
    expect($('.view-brief').length).toBe(5);
    expect($('.reason').length).toBe(10);
    expect($('.lead .kicker').text()).toBe('Topic Reason number 0.');
    expect($('.count').text()).toContain('49 papers read, 10 chosen for you.');
    expect($('.count').text()).toContain(
      'your topics: Topic number 1; and for your keywords: stateless',
    );
  });

  it('A paper whose reason is only its topics has them as a label, and one without both has no kicker', () => {
    const [first, second] = buildDeliveryView().papers;
    if (!first || !second) throw new Error('No papers.');
    const papers = [
      { ...first, reason: { label: 'Theory', sentence: '' } },
      { ...second, reason: { label: '', sentence: '' } },
    ];
    const page = load(pages.delivery(buildDeliveryView({ papers })));
    expect(page('.kicker').text()).toBe('Theory ');
    expect(page('.reason').length).toBe(0);
  });

  it('A delivered digest shows the note of its mail, if any', () => {
    expect($('.view-note').length).toBe(0);
    const note = 'Nothing on Thursday met your threshold, so we didn’t write. Here’s Friday.';
    expect(load(pages.delivery(buildDeliveryView({ note })))('.view-note').text()).toBe(note);
  });

  it('A delivered digest states its reading time', () => {
    expect($('.count').text()).toMatch(/ An? \w+-minute read\./);
  });

  it('A delivered digest has feedback links below each paper', () => {
    const links = $('.lead .actions a').toArray();
    expect(links.map((link) => [$(link).text(), $(link).attr('href')])).toEqual([
      ['More like this', '/daily/feedback/a-token/more/2605.10000'],
      ['Less', '/daily/feedback/a-token/less/2605.10000'],
      ['Save', '/daily/feedback/a-token/save/2605.10000'],
      ['Mute topic', '/daily/feedback/a-token/mute/topic-1'],
    ]);
  });

  it('A delivered digest stays below 60 KB with the maximum of papers', () => {
    const view = buildDeliveryView({
      papers: buildPaperViews(20).map((each, rank) => ({
        paper: {
          ...each,
          ...{ rank, popularity: 1 },
          abstract: `${'A long sentence of many words about models. '.repeat(40)}`,
        },
        reason: { label: 'A Topic', sentence: 'Most discussed today. Mentions “stateless”.' },
        isDarkHorse: false,
      })),
    });
    expect(Buffer.byteLength(pages.delivery(view))).toBeLessThan(60_000);
  });
});

describe('The page of a paper', () => {
  it('The page of a paper names the sources that listed it and the day it was withdrawn', () => {
    const sources = ['arxiv:cs.CL+cs.LG', 'hf-daily', 'hf-trending', 'mine'];
    const $ = load(pages.paper({ ...alone(buildPaperView()), sources, withdrawnOn: '2026-05-09' }));
    const facts = $('.facts div')
      .toArray()
      .map((fact) => $(fact).find('dt,dd').toArray());
    const texts = facts.map((fact) => fact.map((each) => $(each).text()));
    expect(texts).toContainEqual(['Withdrawn', '9 May 2026']);
    expect(texts.find(([term]) => term === 'Listed')?.slice(2)).toEqual([
      'arXiv (cs.CL, cs.LG)',
      'Daily Papers of Hugging Face',
      'Trending on Hugging Face',
      'mine',
    ]);
    expect(load(pages.paper(alone(buildPaperView())))('.facts').text()).not.toContain('Withdrawn');
  });

  it('The page of a paper links its source, code, topics, digests and similar papers', () => {
    const $ = load(
      pages.paper({
        paper: buildPaperView({ codeUrl: 'https://github.com/a/b' }),
        topics: TOPICS,
        digests: [buildDigestSummary({ kind: 'weekly', date: '2026-05-11', number: 18 })],
        similar: [buildPaperView({ id: '2605.04321' })],
        sources: ['hf-daily'],
        withdrawnOn: null,
      }),
    );
    const links = $('main a').toArray();
    expect(links.map((link) => $(link).attr('href'))).toEqual([
      'https://arxiv.org/abs/2605.01234',
      'https://arxiv.org/pdf/2605.01234',
      'https://github.com/a/b',
      '/daily/papers/2605.01234.bib',
      '/daily/papers/2605.01234.ris',
      '/daily/papers?date=2026-05-08',
      '/daily/topics/topic-1',
      '/daily/digests/2026-05-11?kind=weekly',
      '/daily/papers/2605.04321',
      '/daily/#sign-up',
    ]);
  });

  it('The page of a paper shows the whole abstract', () => {
    const abstract = 'One sentence. Two sentences. Three sentences.';
    const $ = load(pages.paper(alone(buildPaperView({ abstract }))));
    expect($('.abstract p').first().text()).toBe(abstract);
  });

  it('The page of a paper counts the authors whose names are unknown', () => {
    const named = buildPaperView({ authors: ['Ada Lovelace', 'Alan Turing'], authorCount: 9 });
    const $ = load(pages.paper(alone(named)));
    expect($('.facts dd').first().text()).toBe('Ada Lovelace, Alan Turing and 7 more');
  });
});

describe('The archive', () => {
  it('The page of a digest with 300 papers stays below 60 KB and says how many are not listed', () => {
    const ranked = buildPaperViews(300).map((each, rank) => ({ ...each, rank, popularity: 0 }));
    const html = pages.digest({
      digest: buildDigestSummary({ papers: 300 }),
      papers: ranked,
      previous: null,
      next: null,
    });
    expect(Buffer.byteLength(html)).toBeLessThan(60_000);
    expect(load(html)('.remaining-link').text()).toBe('And 200 more papers');
  });
});

describe('The pages with one button', () => {
  const email = 'ada@example.org';
  const subscriber = { ...buildPreferencesView().preferences, email };

  it.each([
    [
      'confirm',
      pages.confirm({
        subscriber,
        topics: [],
        mutedTopics: [],
        firstDigest: null,
        latestDate: '2026-05-08',
      }),
    ],
    [
      'unsubscribe',
      pages.unsubscribe({ email, token: 't', isUnsubscribed: false, today: '2026-05-08' }),
    ],
    ['export', pages.exportOrErase({ kind: 'export', email })],
    ['erase', pages.exportOrErase({ kind: 'erase', email })],
  ])('The %s page posts to its own address and names the subscriber', (_name, html) => {
    const $ = load(html);
    expect($('form').not('.alternatives form').length).toBe(1);
    expect($('form').attr('method')).toBe('post');
    expect($('form').attr('action')).toBeUndefined();
    expect($('form').first().find('button').length).toBe(1);
    expect($('main').text()).toContain(email);
  });

  it('The confirm page states the day and hour of the first digest', () => {
    const firstDigest = { day: '2026-05-09', today: '2026-05-08' };
    const $ = load(
      pages.confirm({ subscriber, topics: [], mutedTopics: [], firstDigest, latestDate: null }),
    );
    expect($('.statement').text()).toBe(
      'Confirm and your first digest arrives tomorrow at 07:00, Berlin time.',
    );
  });

  it('The page after unsubscribing has no button', () => {
    const $ = load(
      pages.unsubscribe({ email, token: 't', isUnsubscribed: true, today: '2026-05-08' }),
    );
    expect($('form').length).toBe(0);
    expect($('.page-links a').attr('href')).toBe('/daily/preferences/t');
  });
});

describe('The local inbox', () => {
  it('The local inbox shows the HTML of a message only in a sandbox', () => {
    const $ = load(
      pages.inboxMessage({
        entry: {
          ...{ id: 'm1', from: 'a@b', to: ['c@d'], subject: '', bytes: 100 },
          receivedAt: new Date('2026-05-08T07:00:00Z'),
        },
        parsed: { headers: [], text: 'Plain', html: '<p>Plain</p>' },
      }),
    );
    expect($('iframe').attr('sandbox')).toBe('allow-popups allow-popups-to-escape-sandbox');
    expect($('iframe').attr('src')).toBe('/daily/inbox/m1/html');
    expect($('h1').text()).toBe('No subject');
    expect($('a[href="/daily/inbox/m1/raw"]').length).toBe(1);
    expect($('pre').text()).toBe('Plain');
  });
});
