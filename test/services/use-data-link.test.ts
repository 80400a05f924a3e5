import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { addDigest } from '../../src/db/digests.ts';
import { packSelection } from '../../src/db/packed-selection.ts';
import { attachPartition, makePartition } from '../../src/db/partitions.ts';
import { findSubscriber } from '../../src/db/subscribers.ts';
import { findSuppression } from '../../src/db/suppressions.ts';
import { confirmSignUp } from '../../src/services/confirm-sign-up.ts';
import { eraseAddress } from '../../src/services/erase-address.ts';
import { requestData } from '../../src/services/request-data.ts';
import { eraseByLink, exportByLink, findDataLink } from '../../src/services/use-data-link.ts';
import { tokens } from '../support/keys.ts';
import { storeSubscriber } from '../support/rows.ts';
import { ADA, HOUR_MS, hashOf, useAda } from './support/ada.ts';

const test = useAda();
const { ada, askFor, clock, database, deps, lastToken, letters, suppressAda } = test;

describe('Export and erasure', () => {
  const linkOf = async () => tokens.seal({ digestId: 1, subscriberId: (await ada()).id });

  it('mail one link at a time, each good for 30 minutes', async () => {
    await storeSubscriber(database.db, { email: ADA });
    expect(await requestData(deps(), await linkOf(), 'export')).toBe(true);
    const first = await lastToken();
    clock.advance(HOUR_MS / 2 - 1);
    expect(await requestData(deps(), await linkOf(), 'export')).toBe(true);
    expect(await requestData(deps(), await linkOf(), 'erase')).toBe(true);
    expect((await letters()).map(({ kind }) => kind)).toEqual(['export', 'erase']);
    expect(await findDataLink(deps(), first, 'export')).toMatchObject({ kind: 'open' });
    clock.advance(1);
    expect(await findDataLink(deps(), first, 'export')).toEqual({ kind: 'expired' });
    expect(await exportByLink(deps(), first)).toBeNull();
    await requestData(deps(), await linkOf(), 'export');
    expect(await letters()).toHaveLength(3);
    expect(test.queue.rings).toHaveLength(3);
  });

  it('are not mailed for a token that is nobody’s', async () => {
    expect(await requestData(deps(), 'AbCdEfGhIjKlMnOpQr_-Uv', 'erase')).toBe(false);
    const gone = tokens.seal({ digestId: 0, subscriberId: 999_999 });
    expect(await requestData(deps(), gone, 'erase')).toBe(false);
    expect(await letters()).toEqual([]);
  });

  it('are not interchangeable: the link to export does not erase', async () => {
    await storeSubscriber(database.db, { email: ADA });
    await requestData(deps(), await linkOf(), 'export');
    const token = await lastToken();
    expect(await eraseByLink(deps(), token)).toBe(false);
    expect(await findDataLink(deps(), token, 'erase')).toEqual({ kind: 'unknown' });
    expect(await eraseByLink(deps(), await linkOf())).toBe(false);
    expect((await ada()).status).toBe('active');
  });

  it('give everything that is stored of the reader', async () => {
    await askFor();
    await confirmSignUp(deps(), await lastToken());
    const { id } = await ada();
    await storeDelivery(id);
    await requestData(deps(), await linkOf(), 'export');
    const data = await exportByLink(deps(), await lastToken());
    expect(data).toMatchObject({
      subscriber: await ada(),
      consents: [{ wording: 'Send me papers.', network: '192.0.2.0/24' }],
      deliveries: [
        {
          kind: 'daily',
          date: '2026-05-08',
          state: 'sent',
          selection: [{ rank: 0, reason: 'Because you follow Ada.' }],
        },
      ],
    });
  });

  it('erase all but a keyed hash; what the digest counted stays counted', async () => {
    await askFor();
    await confirmSignUp(deps(), await lastToken());
    const { id } = await ada();
    await storeDelivery(id);
    await requestData(deps(), await linkOf(), 'erase');
    const token = await lastToken();
    expect(await eraseByLink(deps(), token)).toBe(true);
    expect(await findSubscriber(database.db, id)).toBeNull();
    expect(await findSuppression(database.db, hashOf(ADA))).toBe('erased');
    expect(await everythingStored()).not.toMatch(/ada|Send me papers|192\.0\.2/i);
    const { rows } = await database.db.execute(sql`SELECT * FROM deliveries`);
    expect(rows).toMatchObject([
      { state: 'sent', selection: null, message_id: null, reply: null, detail: null },
    ]);
    expect(await eraseByLink(deps(), token)).toBe(false);
  });

  it('by the operator need an address that somebody has', async () => {
    await storeSubscriber(database.db, { email: ADA });
    expect(await eraseAddress(deps(), 'ADA@example.org')).toBe(true);
    expect(await eraseAddress(deps(), 'ADA@example.org')).toBe(false);
    await expect(eraseAddress(deps(), 'no address')).rejects.toMatchObject({
      code: 'INVALID_EMAIL',
    });
    expect(await findSuppression(database.db, hashOf(ADA))).toBe('erased');
  });

  it('keep the graver reason why an address is suppressed', async () => {
    await storeSubscriber(database.db, { email: ADA });
    await suppressAda('complaint');
    await eraseAddress(deps(), ADA);
    expect(await findSuppression(database.db, hashOf(ADA))).toBe('complaint');
  });
});

async function storeDelivery(subscriberId: number): Promise<void> {
  const { db } = database;
  const digest = await addDigest(db, { kind: 'daily', date: '2026-05-08', composedAt: clock() });
  await makePartition(db, digest.id);
  await attachPartition(db, digest.id);
  await db.execute(sql`
    INSERT INTO deliveries (digest_id, subscriber_id, batch, state, send_at, next_at, attempts, selection,
      message_id, reply, detail, updated_at)
    VALUES (${digest.id}, ${subscriberId}, 0, 'sent', ${clock()}, ${clock()}, 1,
      ${packSelection([{ rank: 0, reason: 'Because you follow Ada.' }])}, '<1@example.org>',
      '250 Taken for ada@example.org', 'ada@example.org', ${clock()})`);
}

/** Every row of every table that can hold something of a reader, as text. */
async function everythingStored(): Promise<string> {
  const tables = ['subscribers', 'consents', 'letters', 'deliveries', 'suppressions'];
  const texts = [];
  for (const table of tables) {
    const { rows } = await database.db.execute(sql.raw(`SELECT * FROM ${table}`));
    texts.push(JSON.stringify(rows));
  }
  return texts.join('\n');
}
