import { describe, expect, it } from 'vitest';
import { previewDigest } from '../../../src/services/digests/preview-digest.ts';
import { requireDigest } from '../../../src/services/digests/require-digest.ts';
import { FRIDAY } from '../../support/clock.ts';
import { useSendingFixture } from '../deliveries/sending-fixture.ts';

const fixture = useSendingFixture();
const { composeFor, database, deliver, deps, lease, rows } = fixture;

describe('A preview', () => {
  const preview = async (email: string | null, asText = false) => {
    const digest = await requireDigest(database.db, 'daily', FRIDAY);
    return (await previewDigest(deps(), digest, { email, asText })).toString('latin1');
  };

  it('A preview is the message as it will be sent, and stores nothing', async () => {
    const { digestId } = await composeFor([{ email: 'ada@example.org', topics: ['rl'] }]);
    const before = await preview('ADA@example.org');
    expect(await rows(digestId)).toMatchObject([{ state: 'pending', selection: null }]);
    expect(fixture.sink.mailCommands).toBe(0);
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(fixture.sink.accepted[0]?.raw.toString('latin1')).toBe(before);
    expect(await preview('ada@example.org')).toBe(before);
  });

  it('A preview without an address is for a sample subscriber', async () => {
    await composeFor([]);
    expect(await preview(null, true)).toContain('Bicycle 5');
    expect(await preview(null)).toContain('To: reader@example.org');
  });

  it('A preview for an unknown subscriber, or without papers, is an error', async () => {
    await composeFor([{ email: 'ada@example.org', topics: ['robotics'] }]);
    await expect(preview('bob@example.org')).rejects.toMatchObject({ code: 'UNKNOWN_SUBSCRIBER' });
    await expect(preview('ada@example.org')).rejects.toMatchObject({ code: 'NOTHING_TO_SEND' });
    await expect(preview('no address')).rejects.toMatchObject({ code: 'INVALID_EMAIL' });
  });
});
