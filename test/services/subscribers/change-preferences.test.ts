import { describe, expect, it } from 'vitest';
import {
  changePreferences,
  findSubscriberByToken,
} from '../../../src/services/subscribers/change-preferences.ts';
import { tokens } from '../../support/keys.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { TEST_ADDRESS, useSignUpFixture } from './sign-up-fixture.ts';

const { ada, database, deps } = useSignUpFixture();

describe('Preferences', () => {
  it('change as far as they are named', async () => {
    const id = await storeSubscriber(database.db, { email: TEST_ADDRESS, topics: ['rl'], hour: 6 });
    const token = tokens.seal({ digestId: 12, subscriberId: id });
    const before = await findSubscriberByToken(deps(), token);
    const after = await changePreferences(deps(), token, {
      hour: 22,
      keywords: ['it’s “quoted”, \\ and {braced}'],
    });
    expect(after).toEqual({
      ...before,
      hour: 22,
      keywords: ['it’s “quoted”, \\ and {braced}'],
    });
    expect(await ada()).toEqual(after);
  });

  it('are nobody’s with a token that nobody made, or of a reader who is gone', async () => {
    expect(await findSubscriberByToken(deps(), 'AbCdEfGhIjKlMnOpQr_-Uv')).toBeNull();
    const gone = tokens.seal({ digestId: 0, subscriberId: 999_999 });
    expect(await changePreferences(deps(), gone, { hour: 3 })).toBeNull();
  });
});
