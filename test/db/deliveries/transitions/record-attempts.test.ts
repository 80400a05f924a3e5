import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { recordAttempts } from '../../../../src/db/deliveries/transitions/record-attempts.ts';

/** A pool whose server loses prepared statements, as behind PgBouncer in transaction mode. */
function createForgetfulPool(code: string): { pool: pg.Pool; queries: (string | undefined)[] } {
  const queries: (string | undefined)[] = [];
  const query = async ({ name }: { name?: string }) => {
    queries.push(name);
    if (name !== undefined) throw Object.assign(new Error('prepared statement'), { code });
    return { rows: [{ recorded: [], sendable: ['11'] }] };
  };
  return { pool: { query } as unknown as pg.Pool, queries };
}

const nothing = { results: [], next: [], now: new Date(0) };

describe('recordAttempts', () => {
  it.each(['26000', '42P05'])(
    'The statement is sent unprepared after error %s, which means that prepared ones get lost',
    async (code) => {
      const { pool, queries } = createForgetfulPool(code);
      expect(await recordAttempts(pool, 7, nothing)).toEqual({
        unrecorded: [],
        sendableIds: new Set([11]),
      });
      await recordAttempts(pool, 7, nothing);
      expect(queries).toEqual(['record-7', undefined, undefined]);
    },
  );

  it('Other errors are thrown', async () => {
    const { pool } = createForgetfulPool('57014');
    await expect(recordAttempts(pool, 7, nothing)).rejects.toMatchObject({ code: '57014' });
  });
});
