import { describe, expect, it } from 'vitest';
import { CONSENT_WORDING } from '../../../src/copy/en/pages/sign-up.ts';
import { listConsents } from '../../../src/db/subscribers/consents.ts';
import { findSuppression } from '../../../src/db/subscribers/suppressions.ts';
import { listOpenSignUps } from '../../../src/db/transactional/transactional-emails.ts';
import {
  confirmSignUp,
  findConfirmation,
} from '../../../src/services/subscribers/confirm-sign-up.ts';
import { requestDataLink } from '../../../src/services/subscribers/request-data-link.ts';
import { unsubscribe } from '../../../src/services/subscribers/unsubscribe.ts';
import { tokens } from '../../support/keys.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { HOUR_MS, suppressionHashOf, TEST_ADDRESS, useSignUpFixture } from './sign-up-fixture.ts';

const test = useSignUpFixture();
const { ada, clock, database, deps, lastToken, listEmails, requestSignUp, suppressAda } = test;

describe('confirmSignUp', () => {
  const confirm = (token: string) => confirmSignUp(deps(), token);
  const consents = async () => listConsents(database.db, (await ada()).id);

  it('Confirming makes the subscriber active with what the sign-up asked for', async () => {
    await requestSignUp(TEST_ADDRESS, { topics: ['rl'], hour: 6 });
    const token = await lastToken();
    clock.advance(HOUR_MS);
    const wanted = { topics: ['rl'], hour: 6 };
    expect(await findConfirmation(deps(), token)).toMatchObject({
      kind: 'open',
      subscriber: wanted,
    });
    expect(await ada()).toMatchObject({ status: 'pending', topics: [] });
    expect(await confirm(token)).toEqual({ kind: 'confirmed', subscriber: await ada() });
    expect(await ada()).toMatchObject({ status: 'active', confirmedAt: clock(), ...wanted });
  });

  it('Confirming records the consent exactly as the sign-up gave it', async () => {
    const givenAt = clock();
    await requestSignUp();
    const token = await lastToken();
    clock.advance(HOUR_MS);
    await confirm(token);
    const wording = CONSENT_WORDING.form;
    const given = { givenAt, channel: 'form', wording, network: '192.0.2.0/24' };
    expect(await consents()).toEqual([{ ...given, confirmedAt: clock() }]);
  });

  it('The link of the first sign-up applies its topics although a second named none', async () => {
    await requestSignUp(TEST_ADDRESS, { topics: ['rl'] });
    const first = await lastToken();
    clock.advance(HOUR_MS / 2);
    await requestSignUp();
    await confirm(first);
    expect((await ada()).topics).toEqual(['rl']);
  });

  it('The link of the second sign-up applies its own topics', async () => {
    await requestSignUp(TEST_ADDRESS, { topics: ['rl'], papers: 3 });
    await lastToken();
    clock.advance(HOUR_MS);
    await requestSignUp(TEST_ADDRESS, { topics: ['ssm'] });
    await confirm(await lastToken());
    expect(await ada()).toMatchObject({ topics: ['ssm'], papers: 10 });
  });

  it('The second of two links says confirmed, changes nothing and adds no consent', async () => {
    await requestSignUp(TEST_ADDRESS, { topics: ['rl'] });
    const first = await lastToken();
    clock.advance(HOUR_MS);
    await requestSignUp(TEST_ADDRESS, { topics: ['ssm'] });
    const second = await lastToken();
    await confirm(first);
    const confirmed = await ada();
    clock.advance(HOUR_MS);
    expect(await confirm(second)).toEqual({ kind: 'confirmed', subscriber: confirmed });
    expect(await ada()).toEqual(confirmed);
    expect(await consents()).toHaveLength(1);
  });

  it('A sign-up that waits for its e-mail is forgotten once another link is confirmed', async () => {
    await requestSignUp(TEST_ADDRESS, { topics: ['rl'] });
    const first = await lastToken();
    await requestSignUp(TEST_ADDRESS, { topics: ['ssm'] });
    await confirm(first);
    expect((await listEmails()).map(({ kind }) => kind)).toEqual(['confirm', 'welcome']);
    expect(await listOpenSignUps(database.db, (await ada()).id)).toEqual([]);
  });

  it('A sign-up by a stranger changes nothing for a subscriber who confirmed', async () => {
    await requestSignUp(TEST_ADDRESS, { topics: ['rl'] });
    await confirm(await lastToken());
    const before = await ada();
    clock.advance(HOUR_MS);
    await requestSignUp(TEST_ADDRESS, { topics: ['ssm'], hour: 3 });
    expect(await ada()).toEqual(before);
    expect(await consents()).toHaveLength(1);
  });

  it('A link that is confirmed a second time reports success and changes nothing', async () => {
    await requestSignUp();
    const token = await lastToken();
    await confirm(token);
    const before = await ada();
    clock.advance(HOUR_MS);
    expect(await confirm(token)).toEqual({ kind: 'confirmed', subscriber: before });
    expect(await ada()).toEqual(before);
  });

  it('Two confirmations at the same moment count as one', async () => {
    await requestSignUp();
    const token = await lastToken();
    const results = await Promise.all([confirm(token), confirm(token)]);
    expect(results.map(({ kind }) => kind)).toEqual(['confirmed', 'confirmed']);
    expect(await consents()).toHaveLength(1);
  });

  it('A confirmation link expires after 48 hours', async () => {
    await requestSignUp();
    const token = await lastToken();
    clock.advance(48 * HOUR_MS);
    expect(await findConfirmation(deps(), token)).toEqual({ kind: 'expired' });
    expect(await confirm(token)).toEqual({ kind: 'expired' });
    expect((await ada()).status).toBe('pending');
  });

  it('A token of another kind, or of nobody, confirms nothing', async () => {
    const id = await storeSubscriber(database.db, { email: TEST_ADDRESS, status: 'pending' });
    await requestDataLink(deps(), tokens.seal({ kind: 'subscriber', subscriberId: id }), 'erase');
    for (const token of [await lastToken(), 'AbCdEfGhIjKlMnOpQr_-Uv', '']) {
      expect(await confirm(token)).toEqual({ kind: 'unknown' });
    }
    expect((await ada()).status).toBe('pending');
  });

  it('A used link does not bring back a subscriber who has since left', async () => {
    await requestSignUp();
    const token = await lastToken();
    await confirm(token);
    await unsubscribe(deps(), tokens.seal({ kind: 'subscriber', subscriberId: (await ada()).id }));
    expect(await confirm(token)).toMatchObject({ kind: 'confirmed' });
    expect((await ada()).status).toBe('unsubscribed');
  });

  it('The other link of two does not bring back a subscriber who has since left', async () => {
    await requestSignUp();
    const first = await lastToken();
    clock.advance(HOUR_MS);
    await requestSignUp();
    await confirm(await lastToken());
    await unsubscribe(deps(), tokens.seal({ kind: 'subscriber', subscriberId: (await ada()).id }));
    expect(await confirm(first)).toMatchObject({ kind: 'confirmed' });
    expect((await ada()).status).toBe('unsubscribed');
  });

  it('A subscriber who left and signs up again returns with what was named and what was stored', async () => {
    const stored = { hour: 5, names: ['Ada Lovelace'], mutedTopics: ['rl'] };
    await storeSubscriber(database.db, { email: TEST_ADDRESS, status: 'unsubscribed', ...stored });
    await requestSignUp(TEST_ADDRESS, { topics: ['rl', 'ssm'], hour: 9 });
    await confirm(await lastToken());
    expect(await ada()).toMatchObject({
      status: 'active',
      topics: ['rl', 'ssm'],
      mutedTopics: [],
      hour: 9,
      names: ['Ada Lovelace'],
    });
  });

  it('A sign-up that names only papers ends a stored limit of minutes, and no other does', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS, status: 'unsubscribed', minutes: 5 });
    await requestSignUp(TEST_ADDRESS, { hour: 9 });
    await confirm(await lastToken());
    expect(await ada()).toMatchObject({ hour: 9, minutes: 5 });
    await unsubscribe(deps(), tokens.seal({ kind: 'subscriber', subscriberId: (await ada()).id }));
    clock.advance(HOUR_MS);
    await requestSignUp(TEST_ADDRESS, { papers: 3 });
    const token = await lastToken();
    expect(await findConfirmation(deps(), token)).toMatchObject({
      kind: 'open',
      subscriber: { papers: 3, minutes: null },
    });
    await confirm(token);
    expect(await ada()).toMatchObject({ papers: 3, minutes: null });
  });

  it('A pause that the sign-up asked for begins on confirming, unless its day has come', async () => {
    await requestSignUp(TEST_ADDRESS, { pausedUntil: '2026-05-10' });
    const token = await lastToken();
    clock.set('2026-05-09T08:00:00Z');
    expect(await confirm(token)).toMatchObject({
      subscriber: { status: 'paused', pausedUntil: '2026-05-10' },
    });

    await database.empty();
    await requestSignUp(TEST_ADDRESS, { pausedUntil: '2026-05-10' });
    const late = await lastToken();
    clock.set('2026-05-10T08:00:00Z');
    const active = { status: 'active', pausedUntil: null };
    expect(await confirm(late)).toMatchObject({ subscriber: active });
    expect(await ada()).toMatchObject(active);
  });

  it('Confirming lifts the suppression of an erased subscriber, and no other', async () => {
    await suppressAda('erased');
    await requestSignUp();
    await confirm(await lastToken());
    expect(await findSuppression(database.db, suppressionHashOf(TEST_ADDRESS))).toBeNull();

    await database.empty();
    await requestSignUp();
    await suppressAda('complaint');
    await confirm(await lastToken());
    expect(await findSuppression(database.db, suppressionHashOf(TEST_ADDRESS))).toBe('complaint');
  });
});
