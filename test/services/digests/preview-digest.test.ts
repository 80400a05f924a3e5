import { describe, expect, it } from 'vitest';
import { requireDigest } from '../../../src/services/digests/digest-status.ts';
import { previewDigest } from '../../../src/services/digests/preview-digest.ts';
import { FRIDAY } from '../../support/clock.ts';
import { useSendingFixture } from '../deliveries/sending-fixture.ts';

const engine = useSendingFixture();
const { composeFor, database, deliver, deps, lease, rows } = engine;

describe('A preview', () => {
  const preview = async (email: string | null, asText = false) => {
    const digest = await requireDigest(database.db, 'daily', FRIDAY);
    return (await previewDigest(deps(), digest, { email, asText })).toString('latin1');
  };

  it('is the message as it will be sent, and stores and sends nothing', async () => {
    const { digestId } = await composeFor([{ email: 'ada@example.org', topics: ['rl'] }]);
    const before = await preview('ADA@example.org');
    expect(await rows(digestId)).toMatchObject([{ state: 'pending', selection: null }]);
    expect(engine.sink.mailCommands).toBe(0);
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(engine.sink.accepted[0]?.raw.toString('latin1')).toBe(before);
    expect(await preview('ada@example.org')).toBe(before);
  });

  it('is of a reader without wishes when nobody is named', async () => {
    await composeFor([]);
    expect(await preview(null, true)).toContain('Bicycle 5');
    expect(await preview(null)).toContain('To: reader@example.org');
  });

  it('says when there is nobody, or nothing to send', async () => {
    await composeFor([{ email: 'ada@example.org', topics: ['robotics'] }]);
    await expect(preview('bob@example.org')).rejects.toMatchObject({ code: 'UNKNOWN_SUBSCRIBER' });
    await expect(preview('ada@example.org')).rejects.toMatchObject({ code: 'NOTHING_TO_SEND' });
    await expect(preview('no address')).rejects.toMatchObject({ code: 'INVALID_EMAIL' });
  });
});
