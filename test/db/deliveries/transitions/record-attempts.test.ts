import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { recordAttempts } from '../../../../src/db/deliveries/transitions/record-attempts.ts';

/** A pool whose server forgets prepared statements, as behind PgBouncer in transaction mode. */
function forgetfulPool(code: string): { pool: pg.Pool; asked: (string | undefined)[] } {
  const asked: (string | undefined)[] = [];
  const query = async ({ name }: { name?: string }) => {
    asked.push(name);
    if (name !== undefined) throw Object.assign(new Error('prepared statement'), { code });
    return { rows: [{ results: 0, sendable: ['11'] }] };
  };
  return { pool: { query } as unknown as pg.Pool, asked };
}

const nothing = { results: [], next: [], now: new Date(0) };

describe('The statement that records', () => {
  it.each(['26000', '42P05'])('is asked without a name where names get lost (%s)', async (code) => {
    const { pool, asked } = forgetfulPool(code);
    expect(await recordAttempts(pool, 7, nothing)).toEqual({
      resultCount: 0,
      sendableIds: new Set([11]),
    });
    await recordAttempts(pool, 7, nothing);
    expect(asked).toEqual(['record-7', undefined, undefined]);
  });

  it('passes other troubles on', async () => {
    const { pool } = forgetfulPool('57014');
    await expect(recordAttempts(pool, 7, nothing)).rejects.toMatchObject({ code: '57014' });
  });
});
