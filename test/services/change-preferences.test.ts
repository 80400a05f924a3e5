import { describe, expect, it } from 'vitest';
import { changePreferences, findReader } from '../../src/services/change-preferences.ts';
import { tokens } from '../support/keys.ts';
import { storeSubscriber } from '../support/rows.ts';
import { ADA, useAda } from './support/ada.ts';

const { ada, database, deps } = useAda();

describe('Preferences', () => {
  it('change as far as they are named', async () => {
    const id = await storeSubscriber(database.db, { email: ADA, topics: ['rl'], hour: 6 });
    const token = tokens.seal({ digestId: 12, subscriberId: id });
    const before = await findReader(deps(), token);
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
    expect(await findReader(deps(), 'AbCdEfGhIjKlMnOpQr_-Uv')).toBeNull();
    const gone = tokens.seal({ digestId: 0, subscriberId: 999_999 });
    expect(await changePreferences(deps(), gone, { hour: 3 })).toBeNull();
  });
});
