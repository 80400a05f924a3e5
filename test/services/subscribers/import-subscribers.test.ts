import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { listConsents } from '../../../src/db/subscribers/consents.ts';
import { findSubscriberByEmail } from '../../../src/db/subscribers/subscribers.ts';
import { suppressAddress } from '../../../src/db/subscribers/suppressions.ts';
import { hashSuppressedAddress } from '../../../src/domain/links/tokens.ts';
import { DEFAULT_PREFERENCES } from '../../../src/domain/subscribers/subscriber.ts';
import {
  type ImportReport,
  importSubscriberFile,
} from '../../../src/services/subscribers/import-subscribers.ts';
import { useDatabase } from '../../support/database.ts';
import { suppressionKey } from '../../support/keys.ts';
import { countRows, storeSubscriber } from '../../support/rows.ts';

const database = useDatabase();
const NOW = new Date('2026-05-08T04:00:00Z');

beforeEach(() => database.empty());

describe('importSubscriberFile', () => {
  async function load(
    content: string | Readable,
  ): Promise<ImportReport & { problems: [number, string][] }> {
    const problems: [number, string][] = [];
    const report = await importSubscriberFile(
      { db: database.db, suppressionKey },
      {
        name: 'readers.csv',
        content: typeof content === 'string' ? Readable.from([content]) : content,
        onRejected: async (line, problem) => {
          problems.push([line, problem]);
        },
      },
      NOW,
    );
    return { ...report, problems };
  }
  const counts = { rows: 0, added: 0, updated: 0, suppressed: 0, rejected: 0 };
  const subscriber = async (key: string) => {
    const found = await findSubscriberByEmail(database.db, key);
    if (!found) throw new Error(`${key} is not there.`);
    return found;
  };

  it('An import reads its columns in any order and ignores others', async () => {
    const report = await load(
      'Papers,consent,name,email,HOUR,frequency,timezone,topics\n' +
        '5,"Asked for it, in writing",Ada,Ada@Example.org,23,weekdays,europe/berlin, rl ; nlp\n',
    );
    expect(report).toMatchObject({ ...counts, rows: 1, added: 1 });
    const ada = await subscriber('ada@example.org');
    expect(ada).toMatchObject({
      email: 'Ada@example.org',
      status: 'active',
      confirmedAt: NOW,
      topics: ['rl', 'nlp'],
      keywords: [],
      frequency: 'weekdays',
      timezone: 'Europe/Berlin',
      hour: 23,
      papers: 5,
    });
    expect(await listConsents(database.db, ada.id)).toEqual([
      {
        givenAt: NOW,
        confirmedAt: NOW,
        channel: 'import',
        wording: 'Asked for it, in writing',
        network: null,
      },
    ]);
  });

  it('A row needs only the address; its consent is the file and the day', async () => {
    await load('email\nada@example.org\n');
    const ada = await subscriber('ada@example.org');
    expect(ada).toMatchObject(DEFAULT_PREFERENCES);
    const [consent] = await listConsents(database.db, ada.id);
    expect(consent?.wording).toBe('Imported from readers.csv on 2026-05-08');
  });

  it('An import reads byte order marks, CRLF, quotes, and blank and short lines', async () => {
    const report = await load(
      '\uFEFFemail,hour,topics\r\n"ada@example.org","8","rl;nlp"\r\n\r\nbob@example.org\r\ncem@example.org,,\r\ndan@example.org,4,rl,extra,cells',
    );
    expect(report).toMatchObject({ rows: 4, added: 4, rejected: 0 });
    expect((await subscriber('ada@example.org')).topics).toEqual(['rl', 'nlp']);
    expect((await subscriber('cem@example.org')).hour).toBe(7);
  });

  it('A repeated address counts as an update with what the later row names', async () => {
    const report = await load('email,hour,papers\na@example.org,5,5\nA@EXAMPLE.org,6,\n');
    expect(report).toMatchObject({ rows: 2, added: 1, updated: 1 });
    expect(await subscriber('a@example.org')).toMatchObject({ hour: 6, papers: 5 });
    const far = ['a', ...Array.from({ length: 2500 }, (_, n) => `r${n}`), 'a', 'r1'];
    expect(
      await load(`email\n${far.map((name) => `${name}@example.org`).join('\n')}`),
    ).toMatchObject({ rows: 2503, added: 2500, updated: 3 });
  });

  it('An import updates what it names of a known subscriber and never reactivates', async () => {
    await storeSubscriber(database.db, {
      email: 'ada@example.org',
      status: 'unsubscribed',
      hour: 5,
      topics: ['rl'],
      keywords: ['bicycle'],
    });
    expect(await load('email,hour,topics\nada@example.org,,nlp\n')).toMatchObject({ updated: 1 });
    expect(await subscriber('ada@example.org')).toMatchObject({
      status: 'unsubscribed',
      hour: 5,
      topics: ['nlp'],
      keywords: ['bicycle'],
    });
    expect(await countRows(database.db, 'consents')).toBe(0);
  });

  it.each(['bounce', 'complaint', 'operator', 'erased'] as const)(
    'An address suppressed for %s is skipped and counted',
    async (reason) => {
      const hash = hashSuppressedAddress('ada@example.org', suppressionKey);
      await suppressAddress(database.db, { emailHash: hash, reason, now: NOW });
      const report = await load('email\nADA@example.org\nbob@example.org\n');
      expect(report).toMatchObject({ rows: 2, added: 1, suppressed: 1 });
      expect(await findSubscriberByEmail(database.db, 'ada@example.org')).toBeNull();
    },
  );

  it('Invalid rows are reported with their lines, and the others are imported', async () => {
    const report = await load(
      [
        'email,hour,timezone,topics',
        'no address,,,',
        'ada@example.org,24,,',
        '"bob@example.org",,Atlantis,',
        'cem@example.org,,,alchemy',
        ',,,',
        'dan@example.org,0,,',
      ].join('\n'),
    );
    expect(report).toMatchObject({ rows: 6, added: 1, rejected: 5 });
    expect(report.problems.map(([line]) => line)).toEqual([2, 3, 4, 5, 6]);
    expect(report.problems[1]?.[1]).toContain('“24” is not a valid hour');
  });

  it('A row with a keyword that cannot be searched for is rejected', async () => {
    const report = await load(
      'email,keywords\nada@example.org,bicycle;of the\nbob@example.org,bicycle\n',
    );
    expect(report).toMatchObject({ rows: 2, added: 1, rejected: 1 });
    expect(report.problems).toEqual([
      [2, expect.stringContaining('“of the” cannot be searched for')],
    ]);
  });

  it('A consent may hold any characters', async () => {
    const long = `${'x'.repeat(499)}\u{1f4ee} and more`;
    const report = await load(`email,consent\nada@example.org,a\0b\nbob@example.org,${long}\n`);
    expect(report).toMatchObject({ added: 2, rejected: 0 });
    const [consent] = await listConsents(database.db, (await subscriber('ada@example.org')).id);
    expect(consent?.wording).toMatch(/^a.?b$/);
  });

  it.each([
    ['has no column “email”', 'address,hour\nada@example.org,3\n'],
    ['comes twice', 'email,hour,Hour\nada@example.org,3,4\n'],
    ['is empty', ''],
    ['is no CSV', 'email,consent\n"ada@example.org","open\nbob@example.org,\n'],
    ['is no CSV', 'email\nada@example.org\n"bob"x,y\n'],
  ])('A file that %s is rejected', async (problem, content) => {
    await expect(load(content)).rejects.toMatchObject({
      code: 'INVALID_FILE',
      message: expect.stringContaining(problem),
    });
  });

  it('Nothing of a file is stored when its last line is broken', async () => {
    const rows = Array.from({ length: 1000 }, (_, n) => `r${n}@example.org`);
    await expect(load(`email\n${rows.join('\n')}\n"open`)).rejects.toThrow(/no CSV: .*\b1002\b/);
    expect(await findSubscriberByEmail(database.db, 'r0@example.org')).toBeNull();
  });

  it('A file with only a header imports nothing', async () => {
    expect(await load('email,hour\n')).toMatchObject(counts);
    expect(await load('email')).toMatchObject(counts);
  });

  it('An import of 5,000 rows in small chunks reports its progress', async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => `r${n}@example.org,${n % 24},rl;nlp`);
    const text = Buffer.from(`email,hour,topics\n${rows.join('\n')}\n`);
    const chunks: Buffer[] = [];
    for (let start = 0; start < text.length; start += 1009) {
      chunks.push(text.subarray(start, start + 1009));
    }
    const progress: number[] = [];
    const startedAt = performance.now();
    const report = await importSubscriberFile(
      { db: database.db, suppressionKey },
      {
        name: 'readers.csv',
        content: Readable.from(chunks),
        onProgress: ({ rows: done }) => progress.push(done),
        onRejected: async () => undefined,
      },
      NOW,
    );
    expect(report).toEqual({ ...counts, rows: 5000, added: 5000 });
    expect(progress.at(-1)).toBe(5000);
    expect(progress.length).toBeGreaterThan(4);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
