import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedDatabase } from '../../src/db/client.ts';
import { listDifferences, readTree, writeTree } from '../power-cuts/file-tree.ts';
import { pickSurvival, recordFolder } from '../power-cuts/power-cut.ts';
import { createRandom, type Random } from '../support/random.ts';

const COMMITTER = fileURLToPath(new URL('../power-cuts/committer.ts', import.meta.url));

/** `POWER_CUTS=100 POWER_CUT_SEED=7` repeats them at will. */
const CUTS = Number(process.env.POWER_CUTS ?? 4);
const SEED = Number(process.env.POWER_CUT_SEED ?? 1);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paperboy-power-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('The embedded database after a power cut', () => {
  it('Every committed row is there and readable, whatever part of the unsynced writes was lost', async () => {
    const folder = join(root, 'postgres');
    await (await openEmbeddedDatabase(folder)).close();
    const random = createRandom(SEED);
    let committed = -1;
    for (let cut = 0; cut < CUTS; cut += 1) {
      const { last, differences } = await commitUntilCut(folder, { random, first: committed + 1 });
      expect(differences).toEqual([]);
      committed = Math.max(committed, last);
      expect(await readRows(folder)).toMatchObject({ missing: 0, wrong: 0, isFirst: true });
      expect((await readRows(folder)).last).toBeGreaterThanOrEqual(committed);
      committed = (await readRows(folder)).last;
    }
    expect(committed).toBeGreaterThan(CUTS);
  });

  it('Committed rows are lost when the disk syncs nothing, so that this test would show it', async () => {
    const folder = join(root, 'postgres');
    await (await openEmbeddedDatabase(folder)).close();
    const { last } = await commitUntilCut(folder, {
      random: createRandom(SEED),
      first: 0,
      isSyncLost: true,
    });
    expect(last).toBeGreaterThan(0);
    const database = await openEmbeddedDatabase(folder);
    const { rows } = await database.pool.query(`SELECT to_regclass('kept') AS name`);
    await database.close();
    expect(rows).toEqual([{ name: null }]);
  });

  it('A power cut during the first start leaves a folder that opens, or none', async () => {
    const random = createRandom(SEED);
    for (const afterStart of [200, 1500, 4000, 5000].slice(0, CUTS)) {
      const folder = join(root, `first-${afterStart}`, 'postgres');
      await commitUntilCut(folder, { random, first: 0, afterStart });
      await (await openEmbeddedDatabase(folder)).close();
    }
  });
});

/** Commits rows in a process until its power is cut; returns the last one that it acknowledged. */
async function commitUntilCut(
  folder: string,
  {
    random,
    first,
    isSyncLost = false,
    afterStart = random.between(50, 1500),
  }: { random: Random; first: number; isSyncLost?: boolean; afterStart?: number },
): Promise<{ last: number; differences: string[] }> {
  const recorded = await recordFolder(folder, {
    log: join(root, 'operations.log'),
    cut: { afterStart },
    isSyncLost,
  });
  const child = spawn(
    process.execPath,
    [...recorded.nodeOptions, COMMITTER, folder, String(first)],
    { env: { ...process.env, ...recorded.env }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ids = (await text(child.stdout)).trimEnd().split('\n').filter(Boolean).map(Number);
  const survival = isSyncLost ? ({ kind: 'none' } as const) : pickSurvival(random);
  const { rebuilt, real } = await recorded.cutPower(survival, random);
  return { last: ids.at(-1) ?? -1, differences: listDifferences(rebuilt, real) };
}

/** Opens a copy of the folder, so that the next process has to recover it itself. */
async function readRows(folder: string) {
  const copy = `${folder}-copy`;
  await writeTree(copy, await readTree(folder), folder);
  const database = await openEmbeddedDatabase(copy);
  try {
    const { rows } = await database.pool.query(`
      SELECT coalesce(max(id), -1) AS last, coalesce(min(id) = 0, true) AS "isFirst",
        coalesce(max(id) + 1, 0) - count(*)::int AS missing,
        count(*) FILTER (WHERE text <> repeat(md5(id::text), 40))::int AS wrong
      FROM kept`);
    return rows[0];
  } finally {
    await database.close();
    await rm(copy, { recursive: true });
  }
}
