import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listDueBatches } from '../../src/db/deliveries/batches.ts';
import { listDueSources } from '../../src/db/sources/sources.ts';
import { startSchedules } from '../../src/jobs/handlers.ts';
import type { Handlers } from '../../src/queue/jobs.ts';
import type { RunningWorkers } from '../../src/queue/queue.ts';
import { createTestClock } from '../support/clock.ts';
import { type FaultyPaperServer, startFaultyPaperServer } from '../support/paper-server.ts';
import { storeSubscriber } from '../support/rows.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import {
  buildMonthTimeline,
  daysFrom,
  FIRST_DAY,
  LAST_DAY,
  OUTAGE,
  STALE,
  SUMMER_ENDS,
  type TimelinePaper,
  TROUBLED_DAYS,
  weekdayOf,
} from './support/month-timeline.ts';

const OPERATOR = 'operator@example.org';

const timeline = buildMonthTimeline();
let server: FaultyPaperServer;
let test: TestApp;
let work: RunningWorkers;
let busy = 0;
const errors: Error[] = [];

/** What the servers list at a time. */
function serve(now: Date): void {
  const at = now.toISOString();
  server.fault =
    at >= OUTAGE.from.replace('Z', '.000Z') && at < OUTAGE.to.replace('Z', '.000Z') ? 'away' : null;
  const isStale = at.slice(0, 10) === STALE.day && now < new Date(STALE.until);
  server.papers = timeline
    .filter(({ visibleFrom }) => now >= new Date(visibleFrom))
    .map(({ paper }) => paper)
    .filter(({ arxivDay }) => !(isStale && arxivDay === STALE.day))
    .map((paper) =>
      isStale && paper.arxivDay === STALE.before ? { ...paper, arxivDay: STALE.day } : paper,
    );
}

/** The times at which something happens: the last fetch, composing, and the hours of subscribers.
 *  On days with an outage also every twenty minutes of the first hour and of the time that
 *  composing may wait. */
function momentsOf(day: string): Date[] {
  const usual = ['05:25', '05:30', ...(day < SUMMER_ENDS ? ['06:00'] : []), '07:00', '22:00'];
  const long = TROUBLED_DAYS.includes(day)
    ? ['00:00', '00:20', '00:40', '05:50', '06:10', '06:30', '06:50', '07:10', '07:30']
    : [];
  return [...usual, ...long].sort().map((time) => new Date(`${day}T${time}:00Z`));
}

/** Counts the running jobs, so that `quiet` can wait for them. */
function counting(handlers: Handlers): Handlers {
  const counted = Object.entries(handlers).map(([name, handle]) => [
    name,
    async (data: never) => {
      busy += 1;
      await handle(data).finally(() => {
        busy -= 1;
      });
    },
  ]);
  return Object.fromEntries(counted);
}

async function quiet(): Promise<void> {
  const { db, waitForBatches, sources } = test.app;
  const names = sources.configured.map(({ name }) => name);
  for (;;) {
    await new Promise(setImmediate);
    if (busy > 0) continue;
    await waitForBatches();
    const now = test.clock();
    const left = [...(await listDueSources(db, names, now)), ...(await listDueBatches(db, now))];
    if (left.length === 0 && busy === 0) return;
  }
}

async function runMonth(): Promise<void> {
  const { handlers } = test.app;
  for (const day of daysFrom(FIRST_DAY, LAST_DAY)) {
    for (const moment of momentsOf(day)) {
      test.clock.set(moment);
      serve(moment);
      await handlers.sweep({});
      await quiet();
      await handlers.monitor({});
    }
  }
}

beforeAll(async () => {
  const clock = createTestClock(`${FIRST_DAY}T00:00:00Z`);
  server = await startFaultyPaperServer({ clock: () => test?.clock() ?? clock() });
  test = await openTestApp({
    SOURCES: 'hf-daily,arxiv:cs.LG',
    HF_ENDPOINT: server.urls.hfEndpoint,
    ARXIV_RSS_URL: server.urls.arxivRssUrl,
    ARXIV_API_URL: server.urls.arxivApiUrl,
    ALERT_EMAIL: OPERATOR,
  });
  const { db, queue, handlers, sources, config } = test.app;
  test.clock.set(`${FIRST_DAY}T00:00:00Z`);
  serve(test.clock());
  const subscriber = { papers: 20 };
  await storeSubscriber(db, { ...subscriber, email: 'ada@example.org', hour: 7 });
  await storeSubscriber(db, {
    ...subscriber,
    email: 'bob@example.org',
    frequency: 'weekdays',
    timezone: 'America/New_York',
    hour: 2,
  });
  await storeSubscriber(db, {
    ...subscriber,
    email: 'cy@example.org',
    frequency: 'weekly',
    timezone: 'Europe/Berlin',
    hour: 8,
  });
  await storeSubscriber(db, { ...subscriber, email: 'dee@example.org', timezone: 'Asia/Tokyo' });
  work = await queue.startWorkers(['schedule', 'sources', 'deliveries'], counting(handlers), {
    concurrency: 4,
    onError: (error) => void errors.push(error),
  });
  await startSchedules({ ...test.app, sources: sources.configured, composeAt: config.composeAt });
  await runMonth();
});

afterAll(async () => {
  await work.stop();
  await test.close();
  await server.close();
});

/** The expected digests of the month: the papers by date. */
function expectedDigests(): Map<string, string[]> {
  const digests = new Map<string, string[]>();
  for (const { digest, paper } of [...timeline].sort(byDigest)) {
    if (digest > LAST_DAY) continue;
    digests.set(digest, [...(digests.get(digest) ?? []), paper.id]);
  }
  return digests;
}

function byDigest(one: TimelinePaper, other: TimelinePaper): number {
  return one.digest.localeCompare(other.digest) || one.paper.id.localeCompare(other.paper.id);
}

async function digestsOf(kind: 'daily' | 'weekly'): Promise<Map<string, string[]>> {
  const { rows } = await test.app.db.execute<{ date: string; papers: string[] }>(sql`
    SELECT date::text, array_agg(paper_id ORDER BY paper_id) AS papers
    FROM digests JOIN digest_papers ON digest_id = digests.id
    WHERE digests.kind = ${kind} GROUP BY date ORDER BY date`);
  return new Map(rows.map(({ date, papers }) => [date, papers]));
}

/** What a subscriber was sent: the date of each digest and when it was sent. */
async function sentTo(email: string): Promise<string[]> {
  const { rows } = await test.app.db.execute<{ date: string; at: string; state: string }>(sql`
    SELECT date::text, message_date AS at, state FROM deliveries
    JOIN digests ON digests.id = digest_id JOIN subscribers ON subscribers.id = subscriber_id
    WHERE email = ${email} ORDER BY date`);
  expect(rows.filter(({ state }) => state !== 'sent')).toEqual([]);
  return rows.map(({ date, at }) => `${date} ${new Date(at).toISOString().slice(0, 16)}Z`);
}

const mails = async () => (await test.app.inbox?.list()) ?? [];

async function incidents(): Promise<string[]> {
  const { rows } = await test.app.db.execute<{ kind: string; subject: string; days: string }>(sql`
    SELECT kind, subject, raised_at, ended_at,
      to_char(raised_at, 'DD') || '-' || coalesce(to_char(ended_at, 'DD'), '') AS days
    FROM alerts ORDER BY raised_at, kind, subject`);
  return rows.map(({ kind, subject, days }) => `${days} ${kind} ${subject}`);
}

/** 07:00 UTC, or when the papers came if that was later. */
const LATE_MAILS: Record<string, string> = { '2026-11-10': '07:30' };

function bobsHour(date: string): string {
  return date < SUMMER_ENDS ? '06:00' : (LATE_MAILS[date] ?? '07:00');
}

describe('A month of digests', () => {
  it('No job of the month fails', () => {
    expect(errors).toEqual([]);
  });

  it('The month has exactly the digests that its papers must make', async () => {
    expect(Object.fromEntries(await digestsOf('daily'))).toEqual(
      Object.fromEntries(expectedDigests()),
    );
  });

  it('Each Monday has a weekly digest of the seven days before', async () => {
    const weekly = await digestsOf('weekly');
    expect([...weekly.keys()]).toEqual(['2026-11-02', '2026-11-09', '2026-11-16', '2026-11-23']);
    for (const [monday, papers] of weekly) {
      const week = daysFrom('2026-10-20', monday).slice(-8, -1);
      const daily = [...expectedDigests()].filter(([date]) => week.includes(date));
      expect(papers).toEqual(daily.flatMap(([, ids]) => ids).sort());
    }
  });

  it('Each subscriber gets each digest once, at their own hour', async () => {
    const dates = [...expectedDigests().keys()];
    const at = (date: string) => LATE_MAILS[date] ?? '07:00';
    expect(await sentTo('ada@example.org')).toEqual(
      dates.map((date) => `${date} ${date}T${at(date)}Z`),
    );
    // 02:00 in New York, which is an hour later in UTC from 1 November on.
    expect(await sentTo('bob@example.org')).toEqual(
      dates
        .filter((date) => weekdayOf(date) >= 1 && weekdayOf(date) <= 5)
        .map((date) => `${date} ${date}T${bobsHour(date)}Z`),
    );
    expect(await sentTo('cy@example.org')).toEqual(
      ['02', '09', '16', '23'].map((day) => `2026-11-${day} 2026-11-${day}T07:00Z`),
    );
    const beforeNight = dates.filter((date) => `${date}T22:00Z` <= `${LAST_DAY}T23:59Z`);
    expect(await sentTo('dee@example.org')).toEqual(
      beforeNight.map((date) => `${date} ${date}T22:00Z`),
    );
  });

  it('Each incident is mailed to the operator once when it begins and once when it ends', async () => {
    expect(await incidents()).toEqual([
      '10-12 source-failed hf-daily',
      '10-11 papers-late daily 2026-11-10',
      '10-12 source-failed arxiv:cs.LG',
      '11-12 papers-late daily 2026-11-11',
      '19-19 papers-late daily 2026-11-19',
      '23-23 source-stale arxiv:cs.LG',
      '23-23 papers-late daily 2026-11-23',
    ]);
    const operatorMails = (await mails()).filter(({ to }) => to.includes(OPERATOR));
    const subjects = operatorMails.map(({ subject }) => subject).reverse();
    expect(subjects.filter((subject) => !subject.includes('resolved:')).sort()).toEqual([
      'Paperboy: The papers for the digest daily 2026-11-10 are late',
      'Paperboy: The papers for the digest daily 2026-11-11 are late',
      'Paperboy: The papers for the digest daily 2026-11-19 are late',
      'Paperboy: The papers for the digest daily 2026-11-23 are late',
      'Paperboy: The source arxiv:cs.LG cannot be read',
      'Paperboy: The source arxiv:cs.LG returned an old list',
      'Paperboy: The source hf-daily cannot be read',
    ]);
    expect(subjects).toHaveLength(14);
  });

  it.each([
    ['2026-11-02', 'There were no papers on Sunday: arXiv doesn’t publish at weekends.'],
    ['2026-11-12', 'There were no papers on Wednesday: they reached us late.'],
  ])('The mail of %s explains the quiet days before it', async (date, note) => {
    const toAda = (await mails()).filter(({ to }) => to.includes('ada@example.org')).reverse();
    const mail = toAda[[...expectedDigests().keys()].indexOf(date)];
    const message = await test.app.inbox?.read(mail?.id ?? '');
    expect(message?.parsed.text?.replace(/\s+/g, ' ')).toContain(note);
  });
});
