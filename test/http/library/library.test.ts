import { load } from 'cheerio';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findLearning } from '../../../src/db/feedback/feedback.ts';
import { listLookups } from '../../../src/db/library/library-lookups.ts';
import { listLibrary } from '../../../src/db/library/library-papers.ts';
import { buildPaper, storePapers } from '../../support/rows.ts';
import { useSubscriberFixture } from '../support/subscriber-fixture.ts';

const subscriber = useSubscriberFixture();
const BIBTEX = `@article{a, title={Tides of the Moon}, abstract={Tidal friction.}}
@article{b, title={Rivers and Their Kernels}}
@article{c, title={Never closed`;

afterEach(() => {
  subscriber.site.deps.allowsLookups = false;
});

const path = () => `/library/${subscriber.token}`;
const api = (suffix = '') => `/api/preferences/${subscriber.token}/library${suffix}`;
const library = () => listLibrary(subscriber.site.app.db, subscriber.id);
const lookups = () => listLookups(subscriber.site.app.db, subscriber.id);

/** A part of a form with a file. */
interface FormPart {
  name: string;
  content: string | Buffer;
  fileName?: string;
}

/** Posts a form as a browser does that has a field for files. */
function upload(parts: readonly FormPart[], url = path()) {
  const boundary = 'boundary-of-the-tests';
  const payload = Buffer.concat(
    parts.flatMap(({ name, content, fileName }) => [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${
          fileName === undefined
            ? ''
            : `; filename="${fileName}"\r\nContent-Type: application/octet-stream`
        }\r\n\r\n`,
      ),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]),
  );
  return subscriber.site.request({
    method: 'POST',
    url,
    headers: {
      accept: 'text/html',
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    payload: Buffer.concat([payload, Buffer.from(`--${boundary}--\r\n`)]),
  });
}

const textOf = (html: string) => load(html)('main').text().replace(/\s+/g, ' ');

beforeAll(async () => {
  const { db } = subscriber.site.app;
  const stored = ['Rivers and their kernels', 'Looms', 'Engines', 'Algebra'];
  await storePapers(
    db,
    stored.map((title) => buildPaper({ title, abstract: title })),
  );
});

describe('The page of a library', () => {
  it('A pasted library is added, and the page says what became of every entry', async () => {
    const answer = await upload([
      { name: 'text', content: BIBTEX },
      { name: 'file', content: '', fileName: '' },
      { name: 'author', content: '' },
    ]);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(textOf(answer.body)).toContain('2 papers added; 1 of them is known on this site.');
    expect(textOf(answer.body)).toContain('1 entry couldn’t be read.');
    expect(textOf(answer.body)).toContain('Your library has 2 papers.');
    expect(await library()).toHaveLength(2);
  });

  it('An uploaded file is added and wins over an empty field', async () => {
    const answer = await upload([
      { name: 'text', content: '' },
      { name: 'file', content: Buffer.from(`\uFEFF${BIBTEX}`), fileName: 'my library.bib' },
    ]);
    expect(textOf(answer.body)).toContain('2 papers added;');
    expect((await library()).map(({ title }) => title)).toContain('Tides of the Moon');
  });

  it('The form works urlencoded as well', async () => {
    const answer = await subscriber.site.post(path(), { text: 'Tides of the Moon' });
    expect(answer.statusCode).toBe(200);
    expect(await library()).toHaveLength(1);
  });

  it.each([
    { what: 'nothing', parts: [], status: 400, says: 'Paste some papers' },
    {
      what: 'a PDF',
      parts: [{ name: 'file', content: '%PDF-1.7 ...', fileName: 'paper.pdf' }],
      status: 400,
      says: '“paper.pdf” isn’t a text file',
    },
    {
      what: 'a file of more than 1 MB',
      parts: [{ name: 'file', content: 'x'.repeat(1_100_000), fileName: 'a.bib' }],
      status: 400,
      says: 'more than 1 MB',
    },
    {
      what: 'a text of more than 1 MB',
      parts: [{ name: 'text', content: 'x'.repeat(1_100_000) }],
      status: 400,
      says: 'more than 1 MB',
    },
    {
      what: 'half a name',
      parts: [{ name: 'author', content: 'Lovelace' }],
      status: 409,
      says: 'looks nothing up',
    },
  ])('A form with $what is refused with the reason', async ({ parts, status, says }) => {
    const answer = await upload(parts);
    expect(answer.statusCode).toBe(status);
    expect(load(answer.body)('.problem').text()).toContain(says);
    expect(await library()).toEqual([]);
  });

  it('An ORCID iD or a name is looked up in the background where that is allowed', async () => {
    expect(load((await subscriber.site.page(path())).body)('#author').length).toBe(0);
    subscriber.site.deps.allowsLookups = true;
    expect(load((await subscriber.site.page(path())).body)('#author').length).toBe(1);
    expect((await upload([{ name: 'author', content: 'Lovelace' }])).statusCode).toBe(400);
    const answer = await upload([{ name: 'author', content: 'Ada Lovelace' }]);
    expect(textOf(answer.body)).toContain('Papers by Ada Lovelace are being looked up.');
    expect(await lookups()).toMatchObject([{ kind: 'author', query: 'Ada Lovelace' }]);
  });

  it('A reader who has not confirmed is taught nothing', async () => {
    const pending = await subscriber.add({ status: 'pending' });
    const answer = await upload([{ name: 'text', content: BIBTEX }], `/library/${pending.token}`);
    expect(answer.statusCode).toBe(409);
    expect(textOf(answer.body)).toContain('Confirm your subscription first');
    expect(await listLibrary(subscriber.site.app.db, pending.id)).toEqual([]);
  });

  it('A GET changes nothing, and an unknown token is refused', async () => {
    const page = await subscriber.site.page(path());
    expect(load(page.body)(`a[href="/examples/${subscriber.token}"]`).length).toBe(1);
    expect(await library()).toEqual([]);
    expect((await subscriber.site.page('/library/AAAAAAAAAAAAAAAAAAAAAA')).statusCode).toBe(404);
    expect((await upload([], '/library/AAAAAAAAAAAAAAAAAAAAAA')).statusCode).toBe(404);
  });

  it('The 31st import within an hour is refused', async () => {
    const codes: number[] = [];
    for (let n = 0; n < 31; n += 1)
      codes.push((await subscriber.site.post(path(), { text: 'Tides of the Moon' })).statusCode);
    expect(codes.filter((code) => code === 200)).toHaveLength(30);
    const last = await subscriber.site.post(path(), { text: 'Tides of the Moon' });
    expect([codes.at(-1), last.statusCode]).toEqual([429, 429]);
    expect(textOf(last.body)).toContain('try again in');
  });
});

describe('The library on the page of what was learned', () => {
  it('Each paper is shown there and can be removed, or all of them', async () => {
    await upload([{ name: 'text', content: BIBTEX }]);
    const learned = `/learned/${subscriber.token}`;
    const shown = textOf((await subscriber.site.page(learned)).body);
    expect(shown).toContain('Learned from your library: 2 papers');
    expect(shown).toContain('in your library Tides of the Moon');

    const [newest] = await library();
    const removed = await subscriber.site.post(learned, { remove: String(newest?.position) });
    expect(textOf(removed.body)).toContain(`Removed from your library: ${newest?.title}.`);
    expect(await library()).toHaveLength(1);
    expect(textOf((await subscriber.site.post(learned, { remove: '99' })).body)).not.toContain(
      'Removed',
    );
    const all = await subscriber.site.post(learned, { remove: 'all' });
    expect(textOf(all.body)).toContain('Removed from your library: 1 paper.');
    const { db } = subscriber.site.app;
    expect((await findLearning(db, subscriber.id))?.learned).toBeNull();
  });
});

describe('The library API', () => {
  it('Papers are added, listed and removed', async () => {
    const { request } = subscriber.site;
    const posted = await request({ method: 'POST', url: api(), payload: { text: BIBTEX } });
    expect([posted.statusCode, posted.json()]).toEqual([
      200,
      {
        format: 'bibtex',
        entries: 3,
        added: 2,
        matched: 1,
        known: 0,
        ignored: { unreadable: 1, untitled: 0, over_limit: 0 },
        is_cut: false,
        total: 2,
      },
    ]);
    const listed = await request({ url: api() });
    expect(listed.json()).toEqual({
      papers: [
        {
          position: 2,
          title: 'Rivers and their kernels',
          arxiv_id: null,
          doi: null,
          paper: expect.stringMatching(/^test:/),
          added_at: subscriber.site.clock().toISOString(),
        },
        expect.objectContaining({ position: 1, title: 'Tides of the Moon' }),
      ],
      lookups: [],
    });
    const one = await request({ method: 'DELETE', url: api('/1') });
    expect(one.json()).toEqual({ removed: 1 });
    const again = await request({ method: 'DELETE', url: api('/1') });
    expect([again.statusCode, again.json().code]).toEqual([404, 'NO_PAPER']);
    const all = await request({ method: 'DELETE', url: api() });
    expect(all.json()).toEqual({ removed: 1 });
  });

  it('A name is accepted for a lookup', async () => {
    subscriber.site.deps.allowsLookups = true;
    const payload = { author: '0000-0002-1825-0097' };
    const answer = await subscriber.site.request({ method: 'POST', url: api('/lookups'), payload });
    expect([answer.statusCode, answer.json()]).toEqual([202, { status: 'pending' }]);
    const listed = await subscriber.site.request({ url: api() });
    expect(listed.json().lookups).toMatchObject([
      { kind: 'orcid', query: '0000-0002-1825-0097', state: 'pending', found: 0 },
    ]);
  });

  it.each([
    [{ text: ' ' }, 400, 'INVALID_LIBRARY'],
    [{ text: 'x'.repeat(1_050_000) }, 400, 'INVALID_LIBRARY'],
    [{ text: 'x'.repeat(2_200_000) }, 413, 'FST_ERR_CTP_BODY_TOO_LARGE'],
    [{ file: 'x' }, 400, 'INVALID_REQUEST'],
  ])('A bad body is refused with a code: %#', async (payload, status, code) => {
    const answer = await subscriber.site.request({ method: 'POST', url: api(), payload });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  it('An unconfirmed reader and an unknown token are refused', async () => {
    const pending = await subscriber.add({ status: 'pending' });
    const post = (token: string) =>
      subscriber.site.request({
        method: 'POST',
        url: `/api/preferences/${token}/library`,
        payload: { text: BIBTEX },
      });
    expect((await post(pending.token)).json()).toMatchObject({
      statusCode: 409,
      code: 'NOT_CONFIRMED',
    });
    expect((await post('AAAAAAAAAAAAAAAAAAAAAA')).statusCode).toBe(404);
  });
});

describe('A library is private', () => {
  it('It is part of the export, and erased with the reader', async () => {
    const { site } = subscriber;
    site.deps.allowsLookups = true;
    await upload([{ name: 'text', content: `${BIBTEX}\n}` }]);
    await upload([{ name: 'text', content: '2401.00001' }]);
    const data = `/api/preferences/${subscriber.token}`;
    await site.request({ method: 'POST', url: `${data}/export` });
    const file = (await site.post(await site.requestLinkPath(subscriber.email, 'export'))).json();
    expect(file.library).toHaveLength(3);
    expect(file.library[2]).toMatchObject({
      title: 'Tides of the Moon',
      abstract: 'Tidal friction.',
    });
    expect(file.library_lookups).toMatchObject([{ kind: 'papers', state: 'pending' }]);
    await site.request({ method: 'DELETE', url: data });
    await site.post(await site.requestLinkPath(subscriber.email, 'erase'));
    expect(await library()).toEqual([]);
    expect(await lookups()).toEqual([]);
  });

  it('No public page or API shows a paper that only a library has', async () => {
    await upload([{ name: 'text', content: '@article{a, title={Unfindable Tides}}' }]);
    for (const url of ['/', '/papers?q=unfindable', '/api/papers?q=unfindable', '/feed.xml']) {
      const answer = await subscriber.site.page(url);
      expect([url, answer.body.includes('Unfindable')]).toEqual([url, false]);
    }
  });
});
