import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { CONSENT_WORDING } from '../../../src/copy/en/pages/sign-up.ts';
import { packSelection } from '../../../src/db/deliveries/packed-selection.ts';
import { attachPartition, createPartition } from '../../../src/db/deliveries/partitions.ts';
import { addDigest } from '../../../src/db/digests/digests.ts';
import { findSubscriber } from '../../../src/db/subscribers/subscribers.ts';
import { findSuppression } from '../../../src/db/subscribers/suppressions.ts';
import { confirmSignUp } from '../../../src/services/subscribers/confirm-sign-up.ts';
import { eraseAddress } from '../../../src/services/subscribers/erase-address.ts';
import { requestDataLink } from '../../../src/services/subscribers/request-data-link.ts';
import {
  eraseDataByLink,
  exportDataByLink,
  findDataLink,
} from '../../../src/services/subscribers/use-data-link.ts';
import { tokens } from '../../support/keys.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { HOUR_MS, suppressionHashOf, TEST_ADDRESS, useSignUpFixture } from './sign-up-fixture.ts';

const test = useSignUpFixture();
const { ada, requestSignUp, clock, database, deps, lastToken, listEmails, suppressAda } = test;

describe('Links to export and to erase', () => {
  const linkOf = async () =>
    tokens.seal({ kind: 'delivery', digestId: 1, subscriberId: (await ada()).id });

  it('One link is mailed at a time, and each works for 30 minutes', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS });
    expect(await requestDataLink(deps(), await linkOf(), 'export')).toBe(true);
    const first = await lastToken();
    clock.advance(HOUR_MS / 2 - 1);
    expect(await requestDataLink(deps(), await linkOf(), 'export')).toBe(true);
    expect(await requestDataLink(deps(), await linkOf(), 'erase')).toBe(true);
    expect((await listEmails()).map(({ kind }) => kind)).toEqual(['export', 'erase']);
    expect(await findDataLink(deps(), first, 'export')).toMatchObject({ kind: 'open' });
    clock.advance(1);
    expect(await findDataLink(deps(), first, 'export')).toEqual({ kind: 'expired' });
    expect(await exportDataByLink(deps(), first)).toBeNull();
    await requestDataLink(deps(), await linkOf(), 'export');
    expect(await listEmails()).toHaveLength(3);
    expect(test.queue.enqueued).toHaveLength(3);
  });

  it('No link is mailed for a token that belongs to nobody', async () => {
    expect(await requestDataLink(deps(), 'AbCdEfGhIjKlMnOpQr_-Uv', 'erase')).toBe(false);
    const gone = tokens.seal({ kind: 'subscriber', subscriberId: 999_999 });
    expect(await requestDataLink(deps(), gone, 'erase')).toBe(false);
    expect(await listEmails()).toEqual([]);
  });

  it('The link to export does not erase', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS });
    await requestDataLink(deps(), await linkOf(), 'export');
    const token = await lastToken();
    expect(await eraseDataByLink(deps(), token)).toBe(false);
    expect(await findDataLink(deps(), token, 'erase')).toEqual({ kind: 'unknown' });
    expect(await eraseDataByLink(deps(), await linkOf())).toBe(false);
    expect((await ada()).status).toBe('active');
  });

  it('The export contains everything stored about the subscriber', async () => {
    await requestSignUp();
    await confirmSignUp(deps(), await lastToken());
    const { id } = await ada();
    await storeDelivery(id);
    await requestDataLink(deps(), await linkOf(), 'export');
    const data = await exportDataByLink(deps(), await lastToken());
    expect(data).toMatchObject({
      subscriber: await ada(),
      consents: [{ wording: CONSENT_WORDING.form, network: '192.0.2.0/24' }],
      deliveries: [
        {
          kind: 'daily',
          date: '2026-05-08',
          state: 'sent',
          selection: [{ rank: 0, reason: 'By Ada, whom you follow.' }],
        },
      ],
    });
  });

  it('The export contains sign-ups that were not confirmed, and erasing removes them', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS, status: 'unsubscribed' });
    await requestSignUp(TEST_ADDRESS, { keywords: ['bicycle'] });
    const requestedAt = clock();
    await requestDataLink(deps(), await linkOf(), 'export');
    const data = await exportDataByLink(deps(), await lastToken());
    expect(data?.openSignUps).toEqual([
      {
        requestedAt,
        preferences: { keywords: ['bicycle'] },
        channel: 'form',
        wording: CONSENT_WORDING.form,
        network: '192.0.2.0/24',
      },
    ]);
    await requestDataLink(deps(), await linkOf(), 'erase');
    expect(await eraseDataByLink(deps(), await lastToken())).toBe(true);
    expect(await everythingStored()).not.toMatch(/ada|bicycle|192\.0\.2/i);
  });

  it('Erasing leaves a keyed hash and the states of deliveries', async () => {
    await requestSignUp();
    await confirmSignUp(deps(), await lastToken());
    const { id } = await ada();
    await storeDelivery(id);
    await requestDataLink(deps(), await linkOf(), 'erase');
    const token = await lastToken();
    expect(await eraseDataByLink(deps(), token)).toBe(true);
    expect(await findSubscriber(database.db, id)).toBeNull();
    expect(await findSuppression(database.db, suppressionHashOf(TEST_ADDRESS))).toBe('erased');
    expect(await everythingStored()).not.toMatch(/ada|\[Subscribe\]|192\.0\.2/i);
    const { rows } = await database.db.execute(sql`SELECT * FROM deliveries`);
    expect(rows).toMatchObject([
      { state: 'sent', selection: null, message_id: null, reply: null, detail: null },
    ]);
    expect(await eraseDataByLink(deps(), token)).toBe(false);
  });

  it('The operator can erase an address once, and only one that is stored', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS });
    expect(await eraseAddress(deps(), 'ADA@example.org')).toBe(true);
    expect(await eraseAddress(deps(), 'ADA@example.org')).toBe(false);
    await expect(eraseAddress(deps(), 'no address')).rejects.toMatchObject({
      code: 'INVALID_EMAIL',
    });
    expect(await findSuppression(database.db, suppressionHashOf(TEST_ADDRESS))).toBe('erased');
  });

  it('Erasing keeps a graver reason for a suppression', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS });
    await suppressAda('complaint');
    await eraseAddress(deps(), TEST_ADDRESS);
    expect(await findSuppression(database.db, suppressionHashOf(TEST_ADDRESS))).toBe('complaint');
  });
});

async function storeDelivery(subscriberId: number): Promise<void> {
  const { db } = database;
  const digest = await addDigest(db, { kind: 'daily', date: '2026-05-08', composedAt: clock() });
  await createPartition(db, digest.id);
  await attachPartition(db, digest.id);
  await db.execute(sql`
    INSERT INTO deliveries (digest_id, subscriber_id, batch, state, send_at, next_at, expires_at, attempts, selection,
      message_id, reply, detail, updated_at)
    VALUES (${digest.id}, ${subscriberId}, 0, 'sent', ${clock()}, ${clock()}, ${clock()}, 1,
      ${packSelection([
        { rank: 0, reason: { remark: null, match: { kind: 'author', name: 'Ada' } } },
      ])}, '<1@example.org>',
      '250 Taken for ada@example.org', 'ada@example.org', ${clock()})`);
}

/** Every row of every table that can hold data of a subscriber, as text. */
async function everythingStored(): Promise<string> {
  const tables = ['subscribers', 'consents', 'transactional_emails', 'deliveries', 'suppressions'];
  const texts = [];
  for (const table of tables) {
    const { rows } = await database.db.execute(sql.raw(`SELECT * FROM ${table}`));
    texts.push(JSON.stringify(rows));
  }
  return texts.join('\n');
}
