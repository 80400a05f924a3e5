import { describe, expect, it } from 'vitest';
import { listConsents } from '../../../src/db/subscribers/consents.ts';
import { findSuppression } from '../../../src/db/subscribers/suppressions.ts';
import {
  confirmSignUp,
  findConfirmation,
} from '../../../src/services/subscribers/confirm-sign-up.ts';
import { requestDataLink } from '../../../src/services/subscribers/request-data-link.ts';
import { unsubscribe } from '../../../src/services/subscribers/unsubscribe.ts';
import { tokens } from '../../support/keys.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { HOUR_MS, suppressionHashOf, TEST_ADDRESS, useSignUpFixture } from './sign-up-fixture.ts';

const { ada, askFor, clock, database, deps, lastToken, suppressAda } = useSignUpFixture();

describe('Confirming', () => {
  const confirm = (token: string) => confirmSignUp(deps(), token);

  it('makes the reader active and the consent count', async () => {
    await askFor();
    const token = await lastToken();
    clock.advance(HOUR_MS);
    expect(await findConfirmation(deps(), token)).toMatchObject({ kind: 'open' });
    expect((await ada()).status).toBe('pending');
    expect(await confirm(token)).toMatchObject({
      kind: 'confirmed',
      subscriber: { status: 'active', confirmedAt: clock() },
    });
    expect(await ada()).toMatchObject({ status: 'active', confirmedAt: clock() });
    const [consent] = await listConsents(database.db, (await ada()).id);
    expect(consent?.confirmedAt).toEqual(clock());
  });

  it('a second time is a success that changes nothing', async () => {
    await askFor();
    const token = await lastToken();
    await confirm(token);
    const before = await ada();
    clock.advance(HOUR_MS);
    expect(await confirm(token)).toEqual({ kind: 'confirmed', subscriber: before });
    expect(await ada()).toEqual(before);
  });

  it('twice at the same moment is one confirmation', async () => {
    await askFor();
    const token = await lastToken();
    const results = await Promise.all([confirm(token), confirm(token)]);
    expect(results.map(({ kind }) => kind)).toEqual(['confirmed', 'confirmed']);
  });

  it('is over after 48 hours', async () => {
    await askFor();
    const token = await lastToken();
    clock.advance(48 * HOUR_MS);
    expect(await findConfirmation(deps(), token)).toEqual({ kind: 'expired' });
    expect(await confirm(token)).toEqual({ kind: 'expired' });
    expect((await ada()).status).toBe('pending');
  });

  it('knows no token that it did not make, nor that of another letter', async () => {
    const id = await storeSubscriber(database.db, { email: TEST_ADDRESS, status: 'pending' });
    await requestDataLink(deps(), tokens.seal({ digestId: 0, subscriberId: id }), 'erase');
    for (const token of [await lastToken(), 'AbCdEfGhIjKlMnOpQr_-Uv', '']) {
      expect(await confirm(token)).toEqual({ kind: 'unknown' });
    }
    expect((await ada()).status).toBe('pending');
  });

  it('with a used link does not bring back a reader who left since', async () => {
    await askFor();
    const token = await lastToken();
    await confirm(token);
    await unsubscribe(deps(), tokens.seal({ digestId: 0, subscriberId: (await ada()).id }));
    expect(await confirm(token)).toMatchObject({ kind: 'confirmed' });
    expect((await ada()).status).toBe('unsubscribed');
  });

  it('with the other link of two does not bring back a reader who left since', async () => {
    await askFor();
    const first = await lastToken();
    clock.advance(HOUR_MS);
    await askFor();
    await confirm(await lastToken());
    await unsubscribe(deps(), tokens.seal({ digestId: 0, subscriberId: (await ada()).id }));
    expect(await confirm(first)).toMatchObject({ kind: 'confirmed' });
    expect((await ada()).status).toBe('unsubscribed');
  });

  it('brings back a reader who left and signed up again', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS, status: 'unsubscribed' });
    await askFor();
    await confirm(await lastToken());
    expect((await ada()).status).toBe('active');
  });

  it('lifts the suppression of an erased reader, and no other', async () => {
    await suppressAda('erased');
    await askFor();
    await confirm(await lastToken());
    expect(await findSuppression(database.db, suppressionHashOf(TEST_ADDRESS))).toBeNull();

    await database.empty();
    await askFor();
    await suppressAda('complaint');
    await confirm(await lastToken());
    expect(await findSuppression(database.db, suppressionHashOf(TEST_ADDRESS))).toBe('complaint');
  });
});
