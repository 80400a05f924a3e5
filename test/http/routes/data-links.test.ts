import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { findSubscriberByEmail } from '../../../src/db/subscribers.ts';
import { findSuppression } from '../../../src/db/suppressions.ts';
import { hashSuppressed } from '../../../src/domain/tokens.ts';
import { paper, storePapers } from '../../support/rows.ts';
import { useReader } from '../support/reader.ts';

const reader = useReader();
const statusNow = async () => (await reader.now())?.status;

describe('Export and erasure', () => {
  const api = (method: 'POST' | 'DELETE', path = '') =>
    reader.site.ask({ method, url: `/api/preferences/${reader.token}${path}` });

  it('mails a link to everything that is stored', async () => {
    const asked = await api('POST', '/export');
    expect([asked.statusCode, asked.body]).toEqual([202, '{"status":"mailed"}']);
    const path = await reader.site.mailedPath(reader.email, 'export');
    expect((await reader.site.page(path)).statusCode).toBe(200);
    const file = await reader.site.post(path);
    expect(file.headers['content-disposition']).toBe('attachment; filename="paperboy.json"');
    expect(file.json()).toMatchObject({
      reader: { email: reader.email, hour: 7 },
      consents: [],
      deliveries: [],
    });
  });

  it('holds what was said of papers, what was learned of it, and the pause', async () => {
    const { db } = reader.site.parts;
    await storePapers(db, [paper({ id: 'said', title: 'Mamba scans' })]);
    await reader.site.post(`/feedback/${reader.token}/more/said`);
    await reader.site.ask({
      method: 'PATCH',
      url: `/api/preferences/${reader.token}`,
      payload: { paused_until: '2026-05-20' },
    });
    await api('POST', '/export');
    const file = (
      await reader.site.post(await reader.site.mailedPath(reader.email, 'export'))
    ).json();
    expect(file).toMatchObject({
      reader: { status: 'paused', paused_until: '2026-05-20', quiet_since: null, bar: 'low' },
      feedback: [{ paper: 'said', title: 'Mamba scans', verb: 'more' }],
      unlearned: [],
    });
    expect(new Date(file.reader.paused_at)).toEqual(reader.site.clock());
    expect(file.learned).toEqual(expect.any(Array));

    await api('DELETE');
    await reader.site.post(await reader.site.mailedPath(reader.email, 'erase'));
    for (const table of ['feedback', 'letters', 'consents']) {
      const { rows } = await db.execute(
        sql.raw(`SELECT FROM ${table} WHERE subscriber_id = ${reader.id}`),
      );
      expect([table, rows.length]).toEqual([table, 0]);
    }
  });

  it('erases only when the mailed link is pressed, and then everything', async () => {
    const asked = await api('DELETE');
    expect([asked.statusCode, asked.body]).toEqual([202, '{"status":"mailed"}']);
    const path = await reader.site.mailedPath(reader.email, 'erase');
    await reader.site.page(path);
    await reader.site.ask({ method: 'HEAD', url: path });
    expect(await statusNow()).toBe('active');

    const pressed = await reader.site.post(path);
    expect(pressed.statusCode).toBe(200);
    expect(await findSubscriberByEmail(reader.site.parts.db, reader.email)).toBeNull();
    const hash = hashSuppressed(reader.email, reader.site.deps.suppressionKey);
    expect(await findSuppression(reader.site.parts.db, hash)).toBe('erased');
    expect((await reader.site.ask({ url: `/api/preferences/${reader.token}` })).statusCode).toBe(
      404,
    );
    expect((await reader.site.post(path)).statusCode).toBe(404);
  });

  it('is asked for on the page as well', async () => {
    for (const kind of ['export', 'erase']) {
      const asked = await reader.site.post(`/preferences/${reader.token}/${kind}`);
      expect(asked.statusCode).toBe(202);
      expect(await reader.site.mailedPath(reader.email, kind)).toMatch(new RegExp(`^/${kind}/`));
    }
    const deleted = await reader.site.ask({
      method: 'DELETE',
      url: `/preferences/${reader.token}`,
    });
    expect(deleted.statusCode).toBe(202);
  });

  it('is over after half an hour', async () => {
    await api('DELETE');
    const path = await reader.site.mailedPath(reader.email, 'erase');
    const before = reader.site.clock();
    reader.site.clock.advance(30 * 60_000);
    const answers = [await reader.site.page(path), await reader.site.post(path)];
    reader.site.clock.set(before);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([410, 410]);
    expect(await statusNow()).toBe('active');
  });

  it('does not take the link of one kind for the other', async () => {
    await api('POST', '/export');
    const path = (await reader.site.mailedPath(reader.email, 'export')).replace(
      '/export/',
      '/erase/',
    );
    expect((await reader.site.post(path)).statusCode).toBe(404);
    expect(await statusNow()).toBe('active');
  });
});
