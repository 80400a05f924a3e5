import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { isRelayInUse } from '../../../src/db/deliveries/relay-use.ts';
import { buildSubscribers, useSendingFixture } from '../../services/deliveries/sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database, deliverOne, deps, lease } = fixture;

it('A relay is in use while it accepts mails of batches that are being sent', async () => {
  const { digestId } = await composeFor(buildSubscribers(2));
  const { relay } = deps();
  const name = `127.0.0.1:${fixture.sink.port}`;
  const before = new Date(clock().getTime() - 1);
  const isInUse = (of = name, since = before) => isRelayInUse(database.db, of, since);
  expect(await isInUse()).toBe(false);
  const { ended } = await deliverOne(deps({ relay }), {
    ...{ digestId, batch: 0, leaseId: await lease() },
  });
  await ended;
  // The batch is released: nobody sends it.
  expect(await isInUse()).toBe(false);
  await database.db.execute(sql`UPDATE batches SET lease_id = ${await lease('other')}`);
  expect(await isInUse()).toBe(true);
  expect(await isInUse('other.example.org:25')).toBe(false);
  expect(await isInUse(name, clock())).toBe(false);
});
