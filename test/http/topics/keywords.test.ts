import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPaper, storePapers } from '../../support/rows.ts';
import { openTestSite, type TestSite } from '../support/site.ts';

let site: TestSite;
beforeAll(async () => {
  site = await openTestSite();
  await storePapers(
    site.app.db,
    Array.from({ length: 8 }, (_, at) =>
      buildPaper({
        title: `A stateless paper ${at}`,
        listedOn: at < 6 ? '2026-05-08' : '2026-01-01',
      }),
    ),
  );
});
afterAll(() => site?.close());

const count = (q: string, remoteAddress = '192.0.2.1') =>
  site.request({ url: `/api/keywords/count?q=${encodeURIComponent(q)}`, remoteAddress });

describe('GET /api/keywords/count', () => {
  it('A keyword’s count is the papers of an average week that mention it', async () => {
    expect((await count(' stateless ')).json()).toEqual({
      keyword: 'stateless',
      papers_per_week: 1.5,
    });
    expect((await count('perpetual motion')).json()).toMatchObject({ papers_per_week: 0 });
  });

  it('A phrase counts only where it stands word for word, as in the digest', async () => {
    await storePapers(site.app.db, [
      buildPaper({ title: 'Agents', abstract: 'They learn tool use.', listedOn: '2026-05-08' }),
      buildPaper({ title: 'Tool-Use', abstract: 'Of agents.', listedOn: '2026-05-08' }),
      buildPaper({ title: 'A tool that is used', abstract: 'Use it.', listedOn: '2026-05-08' }),
      buildPaper({ title: 'Using tools', abstract: 'GPT-4o.', listedOn: '2026-05-08' }),
      buildPaper({ title: 'GPT-4 and C++', abstract: 'In C.', listedOn: '2026-05-08' }),
    ]);
    const perMonth = async (q: string) => 4 * (await count(q)).json().papers_per_week;
    expect(await perMonth('tool use')).toBe(2);
    expect(await perMonth('“tool use”')).toBe(2);
    expect(await perMonth('gpt-4')).toBe(1);
    expect(await perMonth('C++')).toBe(1);
  });

  it('A keyword that cannot be searched has no count', async () => {
    expect((await count('of the')).json()).toEqual({ keyword: 'of the', papers_per_week: null });
  });

  it.each(['', '  ', 'x'.repeat(81)])('The keyword “%s” is refused', async (q) => {
    const answer = await count(q);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_QUERY']);
  });

  it('A network over its limit is refused, and no other', async () => {
    const many = Array.from({ length: 121 }, () => count('stateless', '198.51.100.7'));
    const codes = (await Promise.all(many)).map(({ statusCode }) => statusCode);
    expect(codes.filter((code) => code === 429)).toHaveLength(1);
    const refused = await count('stateless', '198.51.100.8');
    expect(refused.json()).toMatchObject({ statusCode: 429, code: 'TOO_MANY_QUESTIONS' });
    expect((await count('stateless', '203.0.113.1')).statusCode).toBe(200);
  });
});
