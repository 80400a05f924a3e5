import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../support/clock.ts';
import { createServedPaper, startFaultyPaperServer } from '../../support/paper-server.ts';
import { fetchList, openSourceOn, paperIdsOf } from '../support/open-source.ts';

const FRIDAY = '2026-05-08';
const clock = createTestClock(`${FRIDAY}T12:00:00Z`);
const server = await startFaultyPaperServer({ clock });
afterAll(() => server.close());
beforeEach(() => {
  clock.set(`${FRIDAY}T12:00:00Z`);
  server.fault = null;
  server.papers = [];
  server.requests.length = 0;
});

const hf = (name = 'hf-daily') => openSourceOn(server, clock, name);

describe('Hugging Face’s list of a day', () => {
  it('A list of Hugging Face gives papers with votes, comments, code and authors, usable the next day', async () => {
    server.papers = [
      createServedPaper('2605.00001', FRIDAY, {
        title: 'On $\\alpha$-Testing',
        organization: 'Analytical Engines',
        upvotes: 31,
        comments: 4,
        codeUrl: 'https://github.com/ada/engine',
        summary: 'An engine that tests.',
        keywords: ['testing', 'x'.repeat(500)],
        projectUrl: 'https://example.org/engine',
      }),
    ];
    const { day, papers, rejected } = await fetchList(hf(), clock, { day: FRIDAY });
    expect({ day, papers, rejected }).toEqual({
      day: FRIDAY,
      rejected: [],
      papers: [
        {
          id: '2605.00001',
          source: 'hf-daily',
          title: 'On α-Testing',
          abstract: 'We present a paper.',
          authors: ['Ada Lovelace', 'Charles Babbage'],
          authorCount: 2,
          organization: 'Analytical Engines',
          publishedOn: '2026-05-07',
          listedOn: FRIDAY,
          usableOn: '2026-05-09',
          upvotes: 31,
          comments: 4,
          url: null,
          codeUrl: 'https://github.com/ada/engine',
          categories: [],
          details: {
            summary: { text: 'An engine that tests.', by: 'Hugging Face' },
            keywords: ['testing'],
            projectUrl: 'https://example.org/engine',
            codeStars: 12,
            venue: null,
            doi: null,
          },
        },
      ],
    });
  });

  it('A list of Hugging Face is read to its last page', async () => {
    server.papers = Array.from({ length: 250 }, (_, n) =>
      createServedPaper(`2605.${10_000 + n}`, FRIDAY),
    );
    const fetched = await fetchList(hf(), clock, { day: FRIDAY });
    expect(new Set(paperIdsOf(fetched)).size).toBe(250);
    expect(server.requests).toHaveLength(3);
    // The validators of the first page do not cover the others.
    expect(fetched.validators).toBeNull();
  });

  it('A list is null when it has not changed, and read again after a vote', async () => {
    const paper = createServedPaper('2605.00001', FRIDAY);
    server.papers = [paper];
    const { validators } = await fetchList(hf(), clock, { day: FRIDAY });
    const { signal } = new AbortController();
    const again = () => hf().fetch({ day: FRIDAY, validators, now: clock(), signal });
    expect(await again()).toBeNull();
    paper.upvotes += 1;
    expect(await again()).not.toBeNull();
  });

  it('A fetch without a day gives the newest list with papers', async () => {
    server.papers = [
      createServedPaper('2605.00001', FRIDAY),
      createServedPaper('2605.00002', '2026-05-07'),
    ];
    clock.set('2026-05-11T00:10:00Z');
    const fetched = await fetchList(hf(), clock);
    expect(fetched.day).toBe(FRIDAY);
    expect(paperIdsOf(fetched)).toEqual(['2605.00001']);
  });

  it('A fetch without a day is empty after a week without papers', async () => {
    expect(await fetchList(hf(), clock)).toMatchObject({ papers: [], day: '2026-05-02' });
  });

  it('A future day is refused', async () => {
    const asked = fetchList(hf(), clock, { day: '2026-05-09' });
    await expect(asked).rejects.toMatchObject({ code: 'NO_SUCH_DAY' });
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['errorAsJson', 'SOURCE_UNREADABLE', 'expected a JSON array of papers'],
    ['errorAsPage', 'SOURCE_UNREADABLE', 'it is not JSON'],
    ['empty', 'SOURCE_UNREADABLE', 'it is not JSON'],
    ['millions', 'SOURCE_UNREADABLE', 'it has more than 10000 papers'],
    ['nested', 'SOURCE_UNREADABLE', 'expected a JSON array of papers'],
    ['cutOff', 'SOURCE_UNREADABLE', 'it is not JSON'],
    ['huge', 'SOURCE_UNREADABLE', 'the limit for a list of papers'],
    ['busy', 'SOURCE_BUSY', '429'],
  ] as const)('A list that is %s is refused with its URL', async (fault, code, message) => {
    server.fault = fault;
    const asked = fetchList(hf(), clock, { day: FRIDAY });
    await expect(asked).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`${server.urls.hfEndpoint}/api/daily_papers?date=${FRIDAY}`),
    });
    await expect(asked).rejects.toThrow(message);
  });
});

describe('A week, a month, and what trends', () => {
  it.each([
    ['hf-weekly', ['2605.00001', '2605.00002']],
    ['hf-monthly', ['2605.00001', '2605.00002', '2605.00003']],
  ])('%s gives the papers of its days, each under its own day', async (name, ids) => {
    server.papers = [
      createServedPaper('2605.00001', FRIDAY),
      createServedPaper('2605.00002', '2026-05-04'),
      createServedPaper('2605.00003', '2026-05-01'),
      createServedPaper('2604.00004', '2026-04-30'),
    ];
    const { papers } = await fetchList(hf(name), clock);
    expect(papers.map(({ id }) => id).sort()).toEqual(ids);
    expect(papers.find(({ id }) => id === '2605.00002')).toMatchObject({
      source: 'hf-daily',
      listedOn: '2026-05-04',
      usableOn: '2026-05-05',
    });
  });

  it('Weeks are counted by ISO 8601, also over the end of a year', async () => {
    clock.set('2026-01-02T12:00:00Z');
    server.papers = [createServedPaper('2512.00001', '2025-12-29')];
    expect(paperIdsOf(await fetchList(hf('hf-weekly'), clock))).toEqual(['2512.00001']);
    expect(server.requests[0]?.url).toContain('week=2026-W01');
  });

  it('A trending paper is listed on the day it first appears', async () => {
    server.papers = [createServedPaper('2601.00001', '2026-01-05', { upvotes: 900 })];
    const { day, papers } = await fetchList(hf('hf-trending'), clock);
    expect(day).toBeNull();
    expect(papers[0]).toMatchObject({ source: 'hf-trending', listedOn: FRIDAY, usableOn: FRIDAY });
    await expect(fetchList(hf('hf-trending'), clock, { day: '2026-05-07' })).rejects.toMatchObject({
      code: 'NO_SUCH_DAY',
    });
  });
});
