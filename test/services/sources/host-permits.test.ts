import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHostPermits } from '../../../src/services/sources/host-permits.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();
const slept: number[] = [];

/** Time passes on the database's clock: what is free then is free so much sooner. */
async function pass(milliseconds: number): Promise<void> {
  slept.push(milliseconds);
  const secs = milliseconds / 1000;
  await database.db.execute(
    sql`UPDATE host_permits SET available_at = available_at - make_interval(secs => ${secs})`,
  );
}

const FINE = { isBusy: false, retryAfterMs: null };
const busyFor = (retryAfterMs: number | null) => ({ isBusy: true, retryAfterMs });
const { signal } = new AbortController();
const process = () => createHostPermits({ db: database.db, sleep: pass });
const sum = () => slept.reduce((total, each) => total + each, 0);

beforeEach(async () => {
  slept.length = 0;
  await database.db.execute(sql`TRUNCATE host_permits`);
});

describe('Turns at a host', () => {
  it('are three seconds apart at arXiv, over all its hosts and over processes', async () => {
    const [one, other] = [process(), process()];
    await (await one('rss.arxiv.org', signal))(FINE);
    await (await other('export.arxiv.org', signal))(FINE);
    expect(sum()).toBeGreaterThan(2_800);
    expect(sum()).toBeLessThanOrEqual(3_000);
  });

  it('are one at a time: whoever comes second waits until the first is done', async () => {
    const [one, other] = [process(), process()];
    const end = await one('rss.arxiv.org', signal);
    let polls = 0;
    const withShortTimeout = createHostPermits({
      db: database.db,
      sleep: async (ms) => {
        polls += 1;
        if (polls === 3) await end(FINE);
        await pass(ms);
      },
    });
    await (await withShortTimeout('rss.arxiv.org', signal))(FINE);
    expect(polls).toBe(4);
    expect(await other('huggingface.co', signal)).toBeInstanceOf(Function);
  });

  it('pass from a process that died to the others, and it cannot end theirs', async () => {
    const endLate = await process()('rss.arxiv.org', signal);
    await expect(process()('rss.arxiv.org', signal)).rejects.toMatchObject({
      code: 'SOURCE_BUSY',
      message: 'rss.arxiv.org is not asked now: another request to it has not ended.',
    });
    await pass(180_000);
    await process()('rss.arxiv.org', signal);
    await endLate(FINE);
    await pass(60_000);
    await expect(process()('rss.arxiv.org', signal)).rejects.toMatchObject({ code: 'SOURCE_BUSY' });
  });

  it('pause for as long as the host asked, ten minutes at least at arXiv', async () => {
    await (await process()('export.arxiv.org', signal))(busyFor(30_000));
    const refused = await process()('rss.arxiv.org', signal).catch((error) => error);
    expect(refused.code).toBe('SOURCE_BUSY');
    expect(refused.message).toMatch(
      /^rss\.arxiv\.org is not asked now: it asked for patience, for \d+ s more\.$/,
    );
    expect(refused.retryAfterMs).toBeGreaterThan(590_000);
    await pass(600_000);
    await (await process()('export.arxiv.org', signal))(busyFor(3_600_000));
    await pass(600_000);
    await expect(process()('rss.arxiv.org', signal)).rejects.toMatchObject({ code: 'SOURCE_BUSY' });
  });

  it('are not lost to a pause that a clock wrote which has been set back since', async () => {
    await (await process()('export.arxiv.org', signal))(busyFor(3_600_000));
    await database.db.execute(
      sql`UPDATE host_permits SET available_at = available_at + interval '1 year'`,
    );
    expect(await process()('export.arxiv.org', signal)).toBeInstanceOf(Function);
  });

  it('are not needed on this machine', async () => {
    const take = process();
    await take('127.0.0.1', signal);
    await take('127.0.0.1', signal);
    expect(slept).toEqual([]);
  });

  it('are not waited for by what is to end', async () => {
    const end = await process()('rss.arxiv.org', signal);
    await end(FINE);
    const stopping = AbortSignal.abort(new Error('Stopping.'));
    await expect(process()('rss.arxiv.org', stopping)).rejects.toThrow('Stopping.');
  });
});
