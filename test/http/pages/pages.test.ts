import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import { loadPages } from '../../../src/http/pages/index.ts';
import {
  buildDayView,
  buildDeliveryView,
  buildPapersView,
  buildPaperView,
  buildPaperViews,
  buildPreferencesView,
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
  it('sends words, topic and day to itself', () => {
    const $ = load(pages.papers(buildPapersView({ q: 'kv cache', date: '2026-05-08' })));
    expect($('form.search').attr('action')).toBe('/daily/papers');
    expect($('#q').attr('value')).toBe('kv cache');
    expect($('#date').attr('value')).toBe('2026-05-08');
  });

  it('keeps the search on the pages before and after', () => {
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

  it('answers an empty search with what is there instead', () => {
    const $ = load(
      pages.papers(
        buildPapersView({
          papers: [],
          total: 0,
          q: 'perpetual motion',
          latest: { day: '2026-05-08', isToday: true, count: 49, onTopic: null },
        }),
      ),
    );
    expect($('.empty-state').text()).toBe('No paper says “perpetual motion”. 49 came today.');
    expect($('.remaining-link a').attr('href')).toBe('/daily/papers?date=2026-05-08');
  });
});

describe('The papers of a day', () => {
  const onTopic = () =>
    load(
      pages.papers(
        buildPapersView({ date: '2026-05-08', topic: TOPICS[2] ?? null, day: buildDayView() }),
      ),
    );

  it('stand below the week, and between the days before and after', () => {
    const $ = load(pages.papers(buildPapersView({ date: '2026-05-08', day: buildDayView() })));
    expect($('h1').text()).toBe('Friday, 8 May 2026');
    expect($('.week [aria-current="date"]').text()).toContain('Fri 8 May');
    expect($('.pager a').attr('href')).toBe('/daily/papers?date=2026-05-07');
  });

  it('on a topic tell how many they are, and the way to the others', () => {
    const $ = onTopic();
    expect($('.topics-bar summary').first().text()).toBe('Topic number 2 & more, 19 papers');
    expect($('.topics-bar [aria-current]').text()).toBe('Topic number 2 & more 19');
    expect($('.topics-bar a').first().attr('href')).toBe('/daily/papers?date=2026-05-08');
  });

  it('leave the room to the papers: the search is folded until it is used', () => {
    expect(onTopic()('.collapsible').attr('open')).toBeUndefined();
    expect(
      load(pages.papers(buildPapersView({ q: 'kv' })))('.collapsible').attr('open'),
    ).toBeDefined();
  });
});

describe('A search', () => {
  it('marks what it found, in title and abstract, and shows the sentence that says it', () => {
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

  it('too broad says so, and for words that are not looked for, too', () => {
    const broad = load(
      pages.papers(buildPapersView({ q: 'model', total: 250, isTruncated: true })),
    );
    expect(broad('.count').text()).toBe(
      'More than 250 papers, the newest day first. A further word narrows them down.',
    );
    const idle = load(
      pages.papers(buildPapersView({ papers: [], total: 0, q: 'the', hasOnlyStopWords: true })),
    );
    expect(idle('.empty-state').text()).toContain('words that every text says are not looked for');
  });
});

describe('The page of a topic', () => {
  const topic = { slug: 'ssm', name: 'State space', categories: ['cs.LG'] };
  const rest = { papersPerWeek: 1, papers: buildPaperViews(2), page: 1, hasNext: false };

  it.each([
    [['a'], 'Papers that say “a”.'],
    [['a', 'b', 'c'], 'Papers that say “a”, “b” or “c”.'],
    [
      ['a', 'b', 'c', 'd', 'e', 'f'],
      'Papers that say “a”, “b”, “c”, “d”, “e” or 1 other phrase of its field.',
    ],
  ])('says what it is: %j', (phrases, sentence) => {
    const $ = load(pages.topic({ topic: { ...topic, phrases }, ...rest }));
    expect($('.statement').text()).toBe(sentence);
  });

  it.each([
    [0, 'Less than one paper a week.'],
    [1, 'About 1 paper a week.'],
  ])('says how much it brings, when that is %i', (papersPerWeek, sentence) => {
    const view = { topic: { ...topic, phrases: ['a'] }, ...rest, papersPerWeek };
    expect(load(pages.topic(view))('main').text()).toContain(sentence);
  });
});

describe('A reader’s own digest', () => {
  const $ = load(pages.delivery(buildDeliveryView()));

  it('is a lead, three stories, the dark horse and briefs, each with its reason', () => {
    expect($('.lead').length).toBe(1);
    expect($('.view-story').length).toBe(3);
    expect($('.dark-horse .reason').text()).toBe('Reason number 6.');
    expect($('.view-brief').length).toBe(5);
    expect($('.reason').length).toBe(10);
    expect($('.count').text()).toContain('49 papers read, 10 chosen for you.');
    expect($('.count').text()).toContain(
      'your topics: Topic number 1 & more; and your words: stateless',
    );
  });

  it('explains quiet days as the mail does, when there is something to explain', () => {
    expect($('.view-note').length).toBe(0);
    const note =
      'Nothing on Thursday was relevant enough for you, so we let you sleep. Here’s Friday.';
    expect(load(pages.delivery(buildDeliveryView({ note })))('.view-note').text()).toBe(note);
  });

  it('says how long it takes to read', () => {
    expect($('.count').text()).toMatch(/ An? \w+-minute read\./);
  });

  it('has the reader’s answers below each paper', () => {
    const links = $('.lead .actions a').toArray();
    expect(links.map((link) => [$(link).text(), $(link).attr('href')])).toEqual([
      ['More like this', '/daily/feedback/a-token/more/2605.10000'],
      ['Less like this', '/daily/feedback/a-token/less/2605.10000'],
      ['Save', '/daily/feedback/a-token/save/2605.10000'],
      ['Mute Topic number 1 & more', '/daily/feedback/a-token/mute/topic-1'],
    ]);
  });

  it('stays below 60 KB with the most papers that a reader may have', () => {
    const view = buildDeliveryView({
      papers: buildPaperViews(20).map((each) => ({
        paper: {
          ...each,
          abstract: `${'A long sentence of many words about models. '.repeat(40)}`,
        },
        reason: 'The most discussed paper today, and it says “stateless”, one of your words.',
        isDarkHorse: false,
      })),
    });
    expect(Buffer.byteLength(pages.delivery(view))).toBeLessThan(60_000);
  });
});

describe('The page of a paper', () => {
  it('names the sources that listed it, and says that it was withdrawn', () => {
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

  it('links its address, its code, its topics and the digests that held it', () => {
    const $ = load(
      pages.paper({
        paper: buildPaperView({ codeUrl: 'https://github.com/a/b' }),
        topics: TOPICS,
        digests: [{ kind: 'weekly', date: '2026-05-11', number: 18 }],
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

  it('shows the whole abstract', () => {
    const abstract = 'One sentence. Two sentences. Three sentences.';
    const $ = load(pages.paper(alone(buildPaperView({ abstract }))));
    expect($('.abstract p').first().text()).toBe(abstract);
  });

  it('counts the authors whose names are unknown', () => {
    const named = buildPaperView({ authors: ['Ada Lovelace', 'Alan Turing'], authorCount: 9 });
    const $ = load(pages.paper(alone(named)));
    expect($('.facts dd').first().text()).toBe('Ada Lovelace, Alan Turing and 7 more');
  });
});

describe('The archive', () => {
  it('keeps a digest of 300 papers below 60 KB and says how many are not listed', () => {
    const ranked = buildPaperViews(300).map((each, rank) => ({ ...each, rank, popularity: 0 }));
    const html = pages.digest({
      kind: 'daily',
      date: '2026-05-08',
      number: 128,
      total: 300,
      papers: ranked,
      previous: null,
      next: null,
    });
    expect(Buffer.byteLength(html)).toBeLessThan(60_000);
    expect(load(html)('.remaining-link').text()).toBe('And 200 further papers');
  });
});

describe('The pages with one button', () => {
  const email = 'ada@example.org';
  const { preferences } = buildPreferencesView();

  it.each([
    [
      'confirm',
      pages.confirm({
        email,
        preferences,
        topics: [],
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
  ])('%s posts to the address it came from and names the reader', (_name, html) => {
    const $ = load(html);
    expect($('form').not('.alternatives form').length).toBe(1);
    expect($('form').attr('method')).toBe('post');
    expect($('form').attr('action')).toBeUndefined();
    expect($('form').first().find('button').length).toBe(1);
    expect($('main').text()).toContain(email);
  });

  it('promises the day and hour of the first edition', () => {
    const firstDigest = { day: '2026-05-09', today: '2026-05-08' };
    const $ = load(
      pages.confirm({ email, preferences, topics: [], firstDigest, latestDate: null }),
    );
    expect($('.statement').text()).toBe(
      'Confirm and your first digest arrives tomorrow at 07:00, Berlin time.',
    );
  });

  it('says goodbye without a button', () => {
    const $ = load(
      pages.unsubscribe({ email, token: 't', isUnsubscribed: true, today: '2026-05-08' }),
    );
    expect($('form').length).toBe(0);
    expect($('.page-links a').attr('href')).toBe('/daily/preferences/t');
  });
});

describe('The local inbox', () => {
  it('shows the HTML of a message only in a sandbox', () => {
    const $ = load(
      pages.inboxMessage({
        id: 'm1',
        from: 'a@b',
        to: 'c@d',
        subject: '',
        headers: [],
        text: 'Plain',
        hasHtml: true,
      }),
    );
    expect($('iframe').attr('sandbox')).toBe('allow-popups allow-popups-to-escape-sandbox');
    expect($('iframe').attr('src')).toBe('/daily/inbox/m1/html');
    expect($('h1').text()).toBe('No subject');
    expect($('a[href="/daily/inbox/m1/raw"]').length).toBe(1);
    expect($('pre').text()).toBe('Plain');
  });
});
