import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { createPGliteDatabase, openServerDatabase } from '../../src/db/client.ts';
import { prepareDatabase } from '../../src/wiring/database.ts';
import { TEMPLATE_DATABASE, urlOfDatabase } from './database-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** File with the dump of a migrated PGlite, or null when the tests run on a server. */
    dumpFile: string | null;
  }
}

/** Prepares the database that each test file gets a copy of. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const serverUrl = process.env.TEST_DATABASE_URL;
  if (serverUrl) {
    await createTemplateDatabase(serverUrl);
    project.provide('dumpFile', null);
    return async () => undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'paperboy-test-'));
  const dumpFile = join(folder, 'template.tar');
  await writeFile(dumpFile, await dumpTemplate());
  project.provide('dumpFile', dumpFile);
  return () => rm(folder, { recursive: true, force: true });
}

async function dumpTemplate(): Promise<Buffer> {
  const pglite = await PGlite.create();
  const database = await createPGliteDatabase(pglite);
  await prepareDatabase(database, { queueInPostgres: true });
  const dump = await pglite.dumpDataDir('none');
  await database.close();
  return Buffer.from(await dump.arrayBuffer());
}

async function createTemplateDatabase(serverUrl: string): Promise<void> {
  const client = new pg.Client(serverUrl);
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${TEMPLATE_DATABASE}`);
  await client.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await client.end();
  const database = openServerDatabase(urlOfDatabase(serverUrl, TEMPLATE_DATABASE), {
    connections: 2,
  });
  await prepareDatabase(database, { queueInPostgres: true });
  await database.close();
}
