import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHostPermits } from '../../../src/services/sources/host-permits.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();
const slept: number[] = [];

/** Lets time pass on the database's clock: every permit becomes available so much sooner. */
async function advanceClock(milliseconds: number): Promise<void> {
  slept.push(milliseconds);
  const secs = milliseconds / 1000;
  await database.db.execute(
    sql`UPDATE host_permits SET available_at = available_at - make_interval(secs => ${secs})`,
  );
}

const OK = { isBusy: false, retryAfterMs: null };
const busyFor = (retryAfterMs: number | null) => ({ isBusy: true, retryAfterMs });
const { signal } = new AbortController();
const process = () => createHostPermits({ db: database.db, sleep: advanceClock });
const sumSleptMs = () => slept.reduce((total, each) => total + each, 0);

beforeEach(async () => {
  slept.length = 0;
  await database.db.execute(sql`TRUNCATE host_permits`);
});

describe('Host permits', () => {
  it('Requests to all hosts of arXiv are three seconds apart over all processes', async () => {
    const [one, other] = [process(), process()];
    const end = await one('rss.arxiv.org', signal);
    const startedAt = performance.now();
    await end(OK);
    await (await other('export.arxiv.org', signal))(OK);
    // The clock of the database went on meanwhile.
    const passedMs = performance.now() - startedAt;
    expect(sumSleptMs() + passedMs).toBeGreaterThan(2_990);
    expect(sumSleptMs()).toBeLessThanOrEqual(3_000);
  });

  it('A second request to a host waits until the first has ended', async () => {
    const [one, other] = [process(), process()];
    const end = await one('rss.arxiv.org', signal);
    let polls = 0;
    const withShortTimeout = createHostPermits({
      db: database.db,
      sleep: async (ms) => {
        polls += 1;
        if (polls === 3) await end(OK);
        await advanceClock(ms);
      },
    });
    await (await withShortTimeout('rss.arxiv.org', signal))(OK);
    expect(polls).toBe(4);
    expect(await other('huggingface.co', signal)).toBeInstanceOf(Function);
  });

  it('The permit of a dead process expires, and its late release has no effect', async () => {
    const endLate = await process()('rss.arxiv.org', signal);
    await expect(process()('rss.arxiv.org', signal)).rejects.toMatchObject({
      code: 'SOURCE_BUSY',
      message: 'rss.arxiv.org cannot be requested now: another request to it has not ended.',
    });
    await advanceClock(180_000);
    await process()('rss.arxiv.org', signal);
    await endLate(OK);
    await advanceClock(60_000);
    await expect(process()('rss.arxiv.org', signal)).rejects.toMatchObject({ code: 'SOURCE_BUSY' });
  });

  it('A busy arXiv is left alone for ten minutes at least, or as long as it asks for', async () => {
    await (await process()('export.arxiv.org', signal))(busyFor(30_000));
    const refused = await process()('rss.arxiv.org', signal).catch((error) => error);
    expect(refused.code).toBe('SOURCE_BUSY');
    expect(refused.message).toMatch(
      /^rss\.arxiv\.org cannot be requested now: it asked us to wait, for another \d+ s\.$/,
    );
    expect(refused.retryAfterMs).toBeGreaterThan(590_000);
    await advanceClock(600_000);
    await (await process()('export.arxiv.org', signal))(busyFor(3_600_000));
    await advanceClock(600_000);
    await expect(process()('rss.arxiv.org', signal)).rejects.toMatchObject({ code: 'SOURCE_BUSY' });
  });

  it('A delay written before the clock was set back does not block a host', async () => {
    await (await process()('export.arxiv.org', signal))(busyFor(3_600_000));
    await database.db.execute(
      sql`UPDATE host_permits SET available_at = available_at + interval '1 year'`,
    );
    expect(await process()('export.arxiv.org', signal)).toBeInstanceOf(Function);
  });

  it('A loopback host needs no permit', async () => {
    const take = process();
    await take('127.0.0.1', signal);
    await take('127.0.0.1', signal);
    expect(slept).toEqual([]);
  });

  it('Waiting for a permit ends when the process stops', async () => {
    const end = await process()('rss.arxiv.org', signal);
    await end(OK);
    const stopping = AbortSignal.abort(new Error('Stopping.'));
    await expect(process()('rss.arxiv.org', stopping)).rejects.toThrow('Stopping.');
  });
});
