import { beforeAll, describe, expect, it } from 'vitest';
import { readDayOverview, readLatestDay } from '../../../src/services/papers/read-day.ts';
import { useDatabase } from '../../support/database.ts';
import { buildPaper, storePapers } from '../../support/rows.ts';

const store = useDatabase();
const at = (day: string) => new Date(`${day}T05:30:00Z`);

describe('The latest day', () => {
  it('The latest day is today, and empty, before any paper was listed', async () => {
    const latest = await readLatestDay(store.db, at('2026-05-08'));
    expect(latest).toMatchObject({ day: '2026-05-08', isEmpty: true, total: 0, papers: [] });
    expect(latest).toMatchObject({ previous: null, next: null, earlier: null, later: null });
  });
});

describe('A day', () => {
  beforeAll(async () => {
    const days = ['2026-04-10', '2026-05-04', '2026-05-06', '2026-05-06', '2026-05-19'];
    await storePapers(
      store.db,
      days.map((listedOn) => ({ ...buildPaper({ listedOn }), slugs: ['theory'] })),
    );
  });

  it('A day has its week with counts, its topics, and the nearest days with papers', async () => {
    const day = await readDayOverview(store.db, '2026-05-06');
    expect(day.total).toBe(2);
    expect(day.week.map(({ count }) => count)).toEqual([1, 0, 2, 0, 0, 0, 0]);
    expect(day.week[0]?.day).toBe('2026-05-04');
    expect(day.topics.filter(({ count }) => count > 0).map(({ slug }) => slug)).toEqual(['theory']);
    expect(day).toMatchObject({ previous: '2026-05-04', next: '2026-05-19' });
    expect(day).toMatchObject({ earlier: '2026-04-10', later: '2026-05-19' });
  });

  it('A day without papers has neighbours, too', async () => {
    expect(await readDayOverview(store.db, '2026-05-05')).toMatchObject({
      total: 0,
      previous: '2026-05-04',
      next: '2026-05-06',
    });
  });

  it('Following the neighbours reaches every paper', async () => {
    const seen: string[] = [];
    let day: string | null = (await readLatestDay(store.db, at('2026-06-01'))).day;
    while (day !== null) {
      seen.push(day);
      day = (await readDayOverview(store.db, day)).previous;
    }
    expect(seen).toEqual(['2026-05-19', '2026-05-06', '2026-05-04', '2026-04-10']);
  });

  it('A day in the future is not the latest', async () => {
    expect((await readLatestDay(store.db, at('2026-05-08'))).day).toBe('2026-05-06');
  });
});
