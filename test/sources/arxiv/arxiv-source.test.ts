import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { renderArxivRssFeed } from '../../../src/commands/demo/paper-server/arxiv-documents.ts';
import { NO_DETAILS } from '../../../src/domain/papers/source-details.ts';
import { parseArxivFeed } from '../../../src/sources/arxiv/arxiv-feed.ts';
import { createTestClock } from '../../support/clock.ts';
import { createServedPaper, startFaultyPaperServer } from '../../support/paper-server.ts';
import { fetchList, openSourceOn, paperIdsOf } from '../support/open-source.ts';

const FRIDAY = '2026-05-08';
const clock = createTestClock(`${FRIDAY}T06:00:00Z`);
const NAME = 'arxiv:cs.CL+cs.LG';
const server = await startFaultyPaperServer({ clock });
afterAll(() => server.close());
beforeEach(() => {
  clock.set(`${FRIDAY}T06:00:00Z`);
  server.fault = null;
  server.papers = [];
  server.requests.length = 0;
});

const arxiv = (name = NAME) => openSourceOn(server, clock, name);

describe('arXiv’s feed', () => {
  const FROM = { url: 'http://localhost/rss/cs.LG', source: NAME, day: FRIDAY };
  const paper = createServedPaper('2605.00001', FRIDAY, {
    version: 2,
    categories: ['cs.LG', 'stat.ML'],
    title: 'On $\\alpha$ <Testing> & more',
    authors: ["Andr\\'e Weil", 'Sammy Davis, Jr.', 'Ada Lovelace'],
    abstract: 'We get $10^{3}$ times. Code: https://github.com/ada/engine.',
  });

  it('The arXiv feed gives new papers of the categories, cleaned and without version', async () => {
    server.papers = [paper, createServedPaper('2605.00002', FRIDAY, { categories: ['math.AG'] })];
    const fetched = await fetchList(arxiv(), clock);
    expect(fetched).toMatchObject({ day: FRIDAY, revisions: [], rejected: [] });
    expect(fetched.papers).toEqual([
      {
        id: '2605.00001',
        source: NAME,
        title: 'On α <Testing> & more',
        abstract: 'We get 10³ times. Code: https://github.com/ada/engine.',
        authors: ['André Weil', 'Sammy Davis, Jr.', 'Ada Lovelace'],
        authorCount: 3,
        organization: null,
        publishedOn: FRIDAY,
        listedOn: FRIDAY,
        usableOn: FRIDAY,
        upvotes: null,
        comments: null,
        url: null,
        codeUrl: 'https://github.com/ada/engine',
        categories: ['cs.LG', 'stat.ML'],
        details: NO_DETAILS,
      },
    ]);
    expect(server.requests[0]?.url).toBe('/atom/cs.CL+cs.LG');
  });

  it('The feed and the API give journal reference and DOI, the API also what a comment says', async () => {
    const published = createServedPaper('2605.00001', FRIDAY, {
      journalRef: 'Phys. Rev. D 76, 013009',
      doi: '10.1103/PhysRevD.76.013009',
    });
    server.papers = [published];
    const details = { venue: 'Phys. Rev. D 76, 013009', doi: '10.1103/physrevd.76.013009' };
    expect((await fetchList(arxiv(), clock)).papers).toMatchObject([{ details }]);
    const rss = parseArxivFeed(renderArxivRssFeed([published], FRIDAY), FROM);
    expect(rss.papers).toMatchObject([{ details }]);
    clock.set('2026-05-11T12:00:00Z');
    expect((await fetchList(arxiv(), clock, { day: FRIDAY })).papers).toMatchObject([{ details }]);
    const comment = '9 pages, accepted at ICML 2026. Project page: https://example.org/p';
    server.papers = [createServedPaper('2605.00002', FRIDAY, { comment })];
    expect((await fetchList(arxiv(), clock, { day: FRIDAY })).papers).toMatchObject([
      { details: { venue: 'ICML 2026', projectUrl: 'https://example.org/p', doi: null } },
    ]);
  });

  it('An RSS 2.0 feed gives the same papers as Atom', async () => {
    server.papers = [paper];
    const { papers } = await fetchList(arxiv(), clock);
    expect(parseArxivFeed(renderArxivRssFeed([paper], FRIDAY), FROM).papers).toEqual(papers);
  });

  it('Revisions are kept apart from new papers, and neither they nor cross-lists have a publication day', async () => {
    server.papers = [
      createServedPaper('2605.00001', FRIDAY, { announceType: 'replace' }),
      createServedPaper('2605.00002', FRIDAY, { announceType: 'replace-cross' }),
      createServedPaper('2605.00003', FRIDAY, { announceType: 'cross' }),
    ];
    const { papers, revisions } = await fetchList(arxiv(), clock);
    expect(papers).toMatchObject([{ id: '2605.00003', publishedOn: null }]);
    expect(paperIdsOf({ papers: revisions })).toEqual(['2605.00001', '2605.00002']);
  });

  it('The arXiv feed belongs to the day in New York, and a future day is refused', async () => {
    server.papers = [createServedPaper('2605.00001', '2026-05-07')];
    clock.set(`${FRIDAY}T03:00:00Z`);
    expect(await fetchList(arxiv(), clock)).toMatchObject({ day: '2026-05-07' });
    await expect(fetchList(arxiv(), clock, { day: FRIDAY })).rejects.toMatchObject({
      code: 'NO_SUCH_DAY',
    });
  });

  it('The arXiv feed is empty on a Saturday, and null when it has not changed', async () => {
    clock.set('2026-05-09T06:00:00Z');
    const { validators, papers } = await fetchList(arxiv(), clock);
    expect(papers).toEqual([]);
    const { signal } = new AbortController();
    expect(await arxiv().fetch({ day: null, validators, now: clock(), signal })).toBeNull();
  });

  it.each(['errorAsPage', 'errorAsJson', 'empty', 'truncated'] as const)(
    'A feed response that is %s is refused',
    async (fault) => {
      server.fault = fault;
      await expect(fetchList(arxiv(), clock)).rejects.toMatchObject({
        code: expect.stringMatching(/^SOURCE_UN/),
      });
    },
  );
});

describe('The arXiv API', () => {
  it('A past day is fetched from the API by submission time, page by page', async () => {
    // For the list of Tuesday 5 May: from Friday 14:00 in New York to Monday 14:00.
    const at = (time: string) => ({ submittedAt: new Date(time), arxivDay: null });
    server.papers = [
      createServedPaper('2605.00001', FRIDAY, at('2026-05-01T17:59:00Z')),
      createServedPaper('2605.00002', FRIDAY, at('2026-05-01T18:00:00Z')),
      createServedPaper('2605.00003', FRIDAY, {
        ...at('2026-05-04T17:59:00Z'),
        comment: 'Code at https://github.com/ada/engine',
      }),
      createServedPaper('2605.00004', FRIDAY, at('2026-05-04T18:00:00Z')),
      ...Array.from({ length: 600 }, (_, n) =>
        createServedPaper(`2605.${10_000 + n}`, FRIDAY, at('2026-05-03T10:00:00Z')),
      ),
    ];
    const { day, papers, validators } = await fetchList(arxiv(), clock, { day: '2026-05-05' });
    expect({ day, validators }).toEqual({ day: '2026-05-05', validators: null });
    expect(papers).toHaveLength(602);
    expect(server.requests).toHaveLength(2);
    expect(papers.at(-1)).toMatchObject({
      id: '2605.00003',
      listedOn: '2026-05-05',
      usableOn: '2026-05-05',
      publishedOn: '2026-05-04',
      codeUrl: 'https://github.com/ada/engine',
    });
  });

  it('A weekend day makes no request to the API', async () => {
    expect(await fetchList(arxiv(), clock, { day: '2026-05-03' })).toMatchObject({ papers: [] });
    expect(server.requests).toEqual([]);
  });

  it('An error of the arXiv API is reported with its text', async () => {
    server.fault = 'errorAsFeed';
    await expect(fetchList(arxiv(), clock, { day: '2026-05-05' })).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringContaining('“incorrect id format”'),
    });
  });

  it('An API entry whose comment is a withdrawal notice is withdrawn', async () => {
    server.papers = [
      createServedPaper('2605.00001', '2026-05-05', {
        submittedAt: new Date('2026-05-04T10:00:00Z'),
        comment: 'This paper has been withdrawn by the author due to an error in Lemma 2',
      }),
    ];
    const { papers } = await fetchList(arxiv(), clock, { day: '2026-05-05' });
    expect(papers[0]?.withdrawnOn).toBe('2026-05-05');
  });
});
