import type { Db } from '../../../src/db/client.ts';
import { alerts, fetches, sources } from '../../../src/db/schema.ts';

/** Stores two sources, of which one fails, and the alert about it. */
export async function storeSourceFailures(db: Db, now: Date): Promise<void> {
  const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
  const state = { nextAt: ago(-50), succeededAt: ago(70), lastNewPaperAt: ago(70) };
  await db.insert(sources).values([
    { name: 'hf-daily', ...state, failures: 0 },
    { name: 'arxiv:cs.AI+cs.CL+cs.CV+cs.LG+stat.ML', ...state, failures: 2 },
  ]);
  const counts = { found: 49, added: 12, updated: 3, refused: 1 };
  await db.insert(fetches).values([
    { source: 'hf-daily', startedAt: ago(11), endedAt: ago(10), outcome: 'papers', ...counts },
    {
      source: 'arxiv:cs.AI+cs.CL+cs.CV+cs.LG+stat.ML',
      startedAt: ago(6),
      endedAt: ago(5),
      outcome: 'failed',
      ...counts,
      detail: 'rss.arxiv.example answered 503: expected a feed.',
    },
  ]);
  await db.insert(alerts).values({
    kind: 'source-failed',
    subject: 'arxiv:cs.AI+cs.CL+cs.CV+cs.LG+stat.ML',
    sentence:
      'The source arxiv:cs.AI+cs.CL+cs.CV+cs.LG+stat.ML failed twice: rss.arxiv.example answered 503. It is asked again in 10 minutes.',
    raisedAt: ago(30),
    seenAt: ago(5),
    times: 2,
  });
}
