import { describe, expect, it } from 'vitest';
import {
  changePreferences,
  findSubscriberByToken,
} from '../../../src/services/subscribers/change-preferences.ts';
import { tokens } from '../../support/keys.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { TEST_ADDRESS, useSignUpFixture } from './sign-up-fixture.ts';

const { ada, database, deps } = useSignUpFixture();

describe('changePreferences', () => {
  it('Preferences change only where the input names them', async () => {
    const id = await storeSubscriber(database.db, { email: TEST_ADDRESS, topics: ['rl'], hour: 6 });
    const token = tokens.seal({ kind: 'delivery', digestId: 12, subscriberId: id });
    const before = await findSubscriberByToken(deps(), token);
    const after = await changePreferences(deps(), token, {
      hour: 22,
      keywords: ['it’s "quoted", “twice”'],
    });
    expect(after).toEqual({
      ...before,
      hour: 22,
      keywords: ['it’s "quoted", “twice”'],
    });
    expect(await ada()).toEqual(after);
  });

  it('A token that no key made, or whose subscriber is gone, opens no preferences', async () => {
    expect(await findSubscriberByToken(deps(), 'AbCdEfGhIjKlMnOpQr_-Uv')).toBeNull();
    const gone = tokens.seal({ kind: 'subscriber', subscriberId: 999_999 });
    expect(await changePreferences(deps(), gone, { hour: 3 })).toBeNull();
  });

  it.each([
    [{ hour: 24 }, '“24” is not a valid hour'],
    [{ topics: ['cooking'] }, '“cooking” is not a topic'],
    [{ keywords: ['bicycle', 'of the'] }, '“of the” cannot be searched for'],
    [{ pausedUntil: '2026-05-01' }, '“2026-05-01” is not a day to pause until'],
  ])('The input %j is rejected and changes nothing', async (input, problem) => {
    const id = await storeSubscriber(database.db, { email: TEST_ADDRESS });
    const before = await ada();
    const token = tokens.seal({ kind: 'subscriber', subscriberId: id });
    await expect(changePreferences(deps(), token, input)).rejects.toThrow(problem);
    expect(await ada()).toEqual(before);
  });
});
