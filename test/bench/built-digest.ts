import { PGlite } from '@electric-sql/pglite';
import { buildSender } from '../mail/builders.ts';

/** Imports a module of the built program. Code that tsx compiles takes twice as long. */
export async function importBuilt<Module>(path: string): Promise<Module> {
  return import(new URL(`../../dist/${path}`, import.meta.url).href);
}

/** A digest of these papers that the built program has composed in memory, for whoever measures
 *  what follows. `papers` is JSON. @throws Error when nothing was composed. */
export async function openBuiltDigest(papers: string, { now }: { now: Date }) {
  const { createPGliteDatabase } =
    await importBuilt<typeof import('../../src/db/client.ts')>('db/client.js');
  const { prepareDatabase } =
    await importBuilt<typeof import('../../src/wiring/database.ts')>('wiring/database.js');
  const { importPapers } = await importBuilt<
    typeof import('../../src/services/papers/import-papers.ts')
  >('services/papers/import-papers.js');
  const { composeDigest } = await importBuilt<
    typeof import('../../src/services/digests/compose-digest.ts')
  >('services/digests/compose-digest.js');
  const { createDigestContexts } = await importBuilt<
    typeof import('../../src/services/digests/digest-context.ts')
  >('services/digests/digest-context.js');
  const { createTermStatistics } = await importBuilt<
    typeof import('../../src/services/ranking/term-statistics.ts')
  >('services/ranking/term-statistics.js');
  const { loadMailTemplates } = await importBuilt<
    typeof import('../../src/mail/templates/mail-templates.ts')
  >('mail/templates/mail-templates.js');
  const { listTopics } =
    await importBuilt<typeof import('../../src/db/topics/topics.ts')>('db/topics/topics.js');

  const database = await createPGliteDatabase(await PGlite.create());
  await prepareDatabase(database, { queueInPostgres: true });
  const { db } = database;
  await importPapers(db, { text: papers, source: 'bench' }, now);
  const date = now.toISOString().slice(0, 10);
  const { digest } = await composeDigest(db, { kind: 'daily', date, now });
  const digestContexts = createDigestContexts({
    db,
    templates: await loadMailTemplates(),
    sender: buildSender(),
    termStatistics: createTermStatistics({ db, clock: () => now }),
    classifyNonWorkingDay: () => null,
  });
  const context = await digestContexts(digest?.id ?? 0);
  if (!context) throw new Error('Nothing was composed.');
  return {
    context,
    topics: (await listTopics(db)).map(({ slug }) => slug),
    close: () => database.close(),
  };
}
