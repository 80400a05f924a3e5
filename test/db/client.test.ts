import { expect, it } from 'vitest';
import { useDatabase } from '../support/database.ts';

const opened = useDatabase();

it('A connection finds the tables of app and queue, uses UTC and has JIT off', async () => {
  const show = async (name: string) => {
    const { rows } = await opened.database.pool.query(`SELECT current_setting('${name}') AS value`);
    return rows[0]?.value;
  };
  expect(await show('search_path')).toMatch(/^public, ?bullmq$/);
  expect(await show('TimeZone')).toBe('UTC');
  expect(await show('jit')).toBe('off');
});
