import { describe, expect, it } from 'vitest';
import { updatePreferences } from '../../../src/db/subscribers/subscribers.ts';
import { viewDelivery } from '../../../src/services/digests/view-delivery.ts';
import { eraseAddress } from '../../../src/services/subscribers/erase-address.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';
import { useSendingFixture } from '../deliveries/sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database, deliver, deps, lease, rows } = fixture;

describe('A reader’s own view', () => {
  it('The web view shows the mailed papers once they are selected', async () => {
    const { digestId, ids } = await composeFor([{ topics: ['rl'] }]);
    const token = tokens.seal({ kind: 'delivery', digestId, subscriberId: ids[0] ?? 0 });
    const view = async (of = token) => {
      const seen = await viewDelivery({ ...deps(), classifyNonWorkingDay: () => null }, of);
      return seen && JSON.stringify(seen.papers);
    };
    expect(await view()).toBeNull();
    await deliver(deps(), { digestId, leaseId: await lease() });
    const html = await view();
    expect(html).toContain('Bicycle 0');
    expect(html).not.toContain('Bicycle 1');
    await updatePreferences(database.db, ids[0] ?? 0, { topics: ['nlp'] }, clock());
    expect(await view()).not.toContain('Bicycle 1');
    expect(await view(tokens.seal({ kind: 'subscriber', subscriberId: ids[0] ?? 0 }))).toBeNull();
    expect(await view('AbCdEfGhIjKlMnOpQr_-Uv')).toBeNull();
    await eraseAddress(
      { db: database.db, clock, suppressionKey },
      (await rows(digestId)).length === 1 ? (fixture.sink.accepted[0]?.to ?? '') : '',
    );
    expect(await view()).toBeNull();
  });
});
