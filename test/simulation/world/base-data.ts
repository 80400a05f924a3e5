import { papers, topics } from '../../../src/db/schema.ts';
import { DEFAULT_PREFERENCES } from '../../../src/domain/subscribers/subscriber.ts';
import {
  loadMailTemplates,
  type MailTemplates,
} from '../../../src/mail/templates/mail-templates.ts';
import { buildPaper } from '../../support/rows.ts';
import type { Catalog } from '../postgres/catalog.ts';
import { connectDirectly, openModelDatabase } from '../postgres/pool.ts';
import { createServer, loadParser } from '../postgres/server.ts';
import type { Table } from '../postgres/tables.ts';
import type { Value } from '../postgres/values.ts';
import { MOMENTS, type PlannedReader } from './plan.ts';

/** What every world begins with. */
export interface BaseData {
  catalog: Catalog;
  templates: MailTemplates;
}

/** The day of the digest. */
export const DAY = '2026-05-08';

const PAPERS = 3;

/** Loads what all runs of this process share: the parser, the templates, topics and papers. */
export async function loadBaseData(): Promise<BaseData> {
  await loadParser();
  const server = createServer({ now: () => Date.parse(`${DAY}T06:00:00Z`) });
  const { db } = openModelDatabase(connectDirectly(server));
  await db.insert(topics).values({
    ...{ slug: 'rl', name: 'Reinforcement learning', position: 0, status: 'offered' },
    ...{ categories: [], categoryRole: 'none', query: '', titleQuery: '' },
  });
  const storedAt = new Date(`${DAY}T04:00:00Z`);
  for (let n = 0; n < PAPERS; n += 1) {
    const paper = buildPaper({
      id: `paper:${n}`,
      title: `Paper ${n}`,
      listedOn: DAY,
      usableOn: DAY,
    });
    await db.insert(papers).values({ ...paper, storedAt, updatedAt: storedAt });
  }
  return { catalog: server.catalog, templates: await loadMailTemplates() };
}

/** Adds a subscriber with the next id. */
export function addReader(catalog: Catalog, { moment, frequency }: PlannedReader): number {
  const table = catalog.findTable('subscribers');
  table.lastId += 1;
  const email = `reader${table.lastId}@example.org`;
  const confirmedAt = new Date('2026-05-01T00:00:00Z');
  insertCommitted(table, {
    ...DEFAULT_PREFERENCES,
    ...{ id: table.lastId, email, emailKey: email, status: 'active', frequency },
    ...MOMENTS[moment],
    ...{ unlearned: [], createdAt: confirmedAt, updatedAt: confirmedAt, confirmedAt },
  });
  return table.lastId;
}

/** Adds a committed row; the names of its columns are in camel case. */
function insertCommitted(table: Table, given: Record<string, unknown>): void {
  const values = table.columns.map(({ name, ...column }): Value => {
    const key = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    return (given[key] as Value | undefined) ?? column.default?.() ?? null;
  });
  table.rows.push({
    ...{ table, versions: [{ commit: 0, values }], writes: [], owner: null },
    locks: new Map(),
  });
}
