import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { findSubscriberByEmail } from '../../../src/db/subscribers/subscribers.ts';
import { findSuppression } from '../../../src/db/subscribers/suppressions.ts';
import { hashSuppressedAddress } from '../../../src/domain/links/tokens.ts';
import { buildPaper, storePapers } from '../../support/rows.ts';
import { useSubscriberFixture } from '../support/subscriber-fixture.ts';

const subscriber = useSubscriberFixture();
const statusNow = async () => (await subscriber.now())?.status;

describe('Links to export and to erase', () => {
  const api = (method: 'POST' | 'DELETE', path = '') =>
    subscriber.site.request({ method, url: `/api/preferences/${subscriber.token}${path}` });

  it('A request to export mails a link to everything stored', async () => {
    const asked = await api('POST', '/export');
    expect([asked.statusCode, asked.body]).toEqual([202, '{"status":"mailed"}']);
    const path = await subscriber.site.requestLinkPath(subscriber.email, 'export');
    expect((await subscriber.site.page(path)).statusCode).toBe(200);
    const file = await subscriber.site.post(path);
    expect(file.headers['content-disposition']).toBe('attachment; filename="paperboy.json"');
    expect(file.json()).toMatchObject({
      reader: { email: subscriber.email, hour: 7 },
      consents: [],
      deliveries: [],
    });
  });

  it('The export contains feedback, learned terms and the pause', async () => {
    const { db } = subscriber.site.app;
    await storePapers(db, [buildPaper({ id: 'rated', title: 'Mamba scans' })]);
    await subscriber.site.post(`/feedback/${subscriber.token}/more/rated`);
    await subscriber.site.request({
      method: 'PATCH',
      url: `/api/preferences/${subscriber.token}`,
      payload: { paused_until: '2026-05-20' },
    });
    await api('POST', '/export');
    const file = (
      await subscriber.site.post(await subscriber.site.requestLinkPath(subscriber.email, 'export'))
    ).json();
    expect(file).toMatchObject({
      reader: {
        status: 'paused',
        paused_until: '2026-05-20',
        quiet_since: null,
        relevance_threshold: 'low',
      },
      feedback: [{ paper: 'rated', title: 'Mamba scans', verb: 'more' }],
      unlearned: [],
    });
    expect(new Date(file.reader.paused_at)).toEqual(subscriber.site.clock());
    expect(file.learned).toEqual(expect.any(Array));

    await api('DELETE');
    await subscriber.site.post(await subscriber.site.requestLinkPath(subscriber.email, 'erase'));
    for (const table of ['feedback', 'transactional_emails', 'consents']) {
      const { rows } = await db.execute(
        sql.raw(`SELECT FROM ${table} WHERE subscriber_id = ${subscriber.id}`),
      );
      expect([table, rows.length]).toEqual([table, 0]);
    }
  });

  it('Erasing needs a POST to the mailed link and then removes everything', async () => {
    const asked = await api('DELETE');
    expect([asked.statusCode, asked.body]).toEqual([202, '{"status":"mailed"}']);
    const path = await subscriber.site.requestLinkPath(subscriber.email, 'erase');
    await subscriber.site.page(path);
    await subscriber.site.request({ method: 'HEAD', url: path });
    expect(await statusNow()).toBe('active');

    const response = await subscriber.site.post(path);
    expect(response.statusCode).toBe(200);
    expect(await findSubscriberByEmail(subscriber.site.app.db, subscriber.email)).toBeNull();
    const hash = hashSuppressedAddress(subscriber.email, subscriber.site.deps.suppressionKey);
    expect(await findSuppression(subscriber.site.app.db, hash)).toBe('erased');
    expect(
      (await subscriber.site.request({ url: `/api/preferences/${subscriber.token}` })).statusCode,
    ).toBe(404);
    expect((await subscriber.site.post(path)).statusCode).toBe(404);
  });

  it('The settings page requests the links as well', async () => {
    for (const kind of ['export', 'erase']) {
      const asked = await subscriber.site.post(`/preferences/${subscriber.token}/${kind}`);
      expect(asked.statusCode).toBe(202);
      expect(await subscriber.site.requestLinkPath(subscriber.email, kind)).toMatch(
        new RegExp(`^/${kind}/`),
      );
    }
    const deleted = await subscriber.site.request({
      method: 'DELETE',
      url: `/preferences/${subscriber.token}`,
    });
    expect(deleted.statusCode).toBe(202);
  });

  it('A link to export or erase expires after 30 minutes', async () => {
    await api('DELETE');
    const path = await subscriber.site.requestLinkPath(subscriber.email, 'erase');
    const before = subscriber.site.clock();
    subscriber.site.clock.advance(30 * 60_000);
    const answers = [await subscriber.site.page(path), await subscriber.site.post(path)];
    subscriber.site.clock.set(before);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([410, 410]);
    expect(await statusNow()).toBe('active');
  });

  it('A link to export does not erase, and the reverse', async () => {
    await api('POST', '/export');
    const path = (await subscriber.site.requestLinkPath(subscriber.email, 'export')).replace(
      '/export/',
      '/erase/',
    );
    expect((await subscriber.site.post(path)).statusCode).toBe(404);
    expect(await statusNow()).toBe('active');
  });
});
