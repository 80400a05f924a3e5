import { describe, expect, it } from 'vitest';
import { previewDigest } from '../../../src/services/digests/preview-digest.ts';
import { requireDigest } from '../../../src/services/digests/require-digest.ts';
import { giveFeedback } from '../../../src/services/feedback/give-feedback.ts';
import { createTermStatistics } from '../../../src/services/ranking/term-statistics.ts';
import { FRIDAY } from '../../support/clock.ts';
import { buildPaper, storePapers } from '../../support/rows.ts';
import { useSendingFixture } from '../deliveries/sending-fixture.ts';

const { clock, composeFor, database, deliver, deps, lease, rows } = useSendingFixture();

describe('Feedback in the next digest', () => {
  it('Liked papers bring similar ones to the next digest, with that reason, and to the preview', async () => {
    const { db } = database;
    const liked = buildPaper({
      title: 'Mamba Has a Hidden State',
      listedOn: '2026-05-01',
      usableOn: '2026-05-01',
    });
    const alike = buildPaper({ title: 'A Hidden State for Vision Mamba' });
    await storePapers(db, [liked, alike, ...Array.from({ length: 6 }, () => buildPaper())]);
    const { digestId, ids } = await composeFor([{ email: 'ada@example.org', papers: 3 }]);
    const feedback = { db, clock, termStatistics: createTermStatistics({ db, clock }) };
    const preview = async () =>
      (
        await previewDigest(deps(), await requireDigest(db, 'daily', FRIDAY), {
          email: 'ada@example.org',
          asText: true,
        })
      ).toString();
    expect(await preview()).not.toContain(alike.title);
    for (let times = 0; times < 10; times += 1) {
      const output = buildPaper({
        title: liked.title,
        listedOn: '2026-05-01',
        usableOn: '2026-05-01',
      });
      await storePapers(db, [output]);
      await giveFeedback(feedback, { subscriberId: ids[0] ?? 0, paperId: output.id, verb: 'more' });
    }
    const text = await preview();
    expect(text).toContain('Like papers you liked: hidden state, mamba.');
    expect(text).toContain(alike.title);
    await deliver(deps(), { digestId, leaseId: await lease() });
    const [delivery] = await rows(digestId);
    const match = { kind: 'learnedTerms', terms: ['hidden state', 'mamba'] };
    expect(delivery?.selection).toContainEqual({
      rank: expect.any(Number),
      reason: expect.objectContaining({ match }),
    });
  });
});
