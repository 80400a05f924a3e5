import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listLookups, requestLookup } from '../../src/db/library/library-lookups.ts';
import { listLibrary } from '../../src/db/library/library-papers.ts';
import { type RunningRoles, startRoles } from '../../src/roles.ts';
import { importLibrary } from '../../src/services/library/import-library.ts';
import {
  createServedPaper,
  type FaultyPaperServer,
  startFaultyPaperServer,
} from '../support/paper-server.ts';
import { buildPaper, storePapers, storeSubscriber } from '../support/rows.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let server: FaultyPaperServer;
let running: RunningRoles;

beforeAll(async () => {
  const clock = () => new Date('2026-05-08T12:00:00Z');
  const title = 'On the Tides of the Moon';
  const papers = [createServedPaper('2605.00001', '2026-05-08', { title })];
  server = await startFaultyPaperServer({ clock, papers });
  test = await openTestApp({
    LIBRARY_LOOKUPS: 'on',
    ARXIV_API_URL: server.urls.arxivApiUrl,
    CROSSREF_API_URL: server.urls.crossrefApiUrl,
    ORCID_API_URL: server.urls.orcidApiUrl,
  });
  running = await startRoles(test.app, ['scheduler']);
});
afterAll(async () => {
  await running?.stop();
  await test?.close();
  await server?.close();
});

describe('The job library-lookup', () => {
  it('The scheduler looks up what an import requested, through the queue', async () => {
    const { app } = test;
    await storePapers(app.db, [buildPaper(), buildPaper()]);
    const id = await storeSubscriber(app.db);
    await importLibrary({ ...app, allowsLookups: true }, id, '2605.00001');
    await app.queue.enqueue('sweep', {}, 'sweep-of-the-test');
    await expect
      .poll(() => listLookups(app.db, id))
      .toMatchObject([{ kind: 'papers', state: 'done', found: 1 }]);
    expect(await listLibrary(app.db, id)).toMatchObject([{ title: 'On the Tides of the Moon' }]);
  });

  it('A lookup of a subscriber who was erased meanwhile is no error', async () => {
    const { app } = test;
    await app.handlers['library-lookup']({ subscriberId: 4711 });
    const id = await storeSubscriber(app.db);
    await requestLookup(app.db, { subscriberId: id, kind: 'papers', query: '' }, test.clock());
    await app.handlers['library-lookup']({ subscriberId: id });
    expect(await listLookups(app.db, id)).toMatchObject([{ state: 'done', found: 0 }]);
  });
});
