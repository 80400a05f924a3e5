import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFeedback } from '../../src/db/feedback/feedback.ts';
import { listLibrary } from '../../src/db/library/library-papers.ts';
import { importPapers } from '../../src/services/papers/import-papers.ts';
import { readSeed } from '../../src/wiring/database.ts';
import { storeSubscriber } from '../support/rows.ts';
import { findAccessibilityViolations } from './support/axe.ts';
import { type BrowserSite, openBrowserSite } from './support/site.ts';

const BIBTEX = `@article{moon, title={Tides of the {Moon}}, abstract={Tidal friction slows the Earth.}}
@article{rivers, title={Rivers and Their Kernels}, abstract={Rivers meander over kernels.}}
@article{broken, title={Never closed`;

let site: BrowserSite;
beforeAll(async () => {
  site = await openBrowserSite();
  const text = await readSeed('papers.json');
  await importPapers(site.app.db, { text, source: 'file' }, site.clock());
});
afterAll(() => site?.close());

async function addSubscriber() {
  const id = await storeSubscriber(site.app.db, { topics: ['agents'] });
  return { id, token: site.app.tokens.seal({ kind: 'subscriber', subscriberId: id }) };
}

describe.each([
  { how: 'with JavaScript on a desktop', javaScriptEnabled: true, width: 1200 },
  { how: 'without JavaScript on a phone', javaScriptEnabled: false, width: 375 },
])('A reader $how', ({ javaScriptEnabled, width }) => {
  const open = () => site.open({ javaScriptEnabled, viewport: { width, height: 812 } });

  it('A reader uploads a library, sees it learned, removes one paper and then all', async () => {
    const { page, problems, close } = await open();
    const { id, token } = await addSubscriber();
    await page.goto(`${site.url}/preferences/${token}`);
    await page.getByRole('link', { name: 'Bring your library' }).click();
    await page.getByLabel('Or choose a file').setInputFiles({
      name: 'library.bib',
      mimeType: 'text/x-bibtex',
      buffer: Buffer.from(BIBTEX),
    });
    await page.getByRole('button', { name: 'Add to my library' }).click();
    await page.getByText('2 papers added.').waitFor();
    await page.getByText('1 entry couldn’t be read.').waitFor();

    await page.getByRole('link', { name: 'See and remove them' }).click();
    await page.getByText('Learned from your library: 2 papers').waitFor();
    await page
      .getByText(/in your library Tides of the Moon/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Remove from your library: Tides of the Moon' }).click();
    await page.getByText('Removed from your library: Tides of the Moon.').waitFor();
    expect(await listLibrary(site.app.db, id)).toHaveLength(1);
    await page.getByRole('button', { name: 'Remove the whole library' }).click();
    await page.getByText('Removed from your library: 1 paper.').waitFor();
    expect(await listLibrary(site.app.db, id)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('A reader pastes a list, and an empty form is refused with the reason', async () => {
    const { page, problems, close } = await open();
    const { id, token } = await addSubscriber();
    await page.goto(`${site.url}/library/${token}`);
    await page.getByRole('button', { name: 'Add to my library' }).click();
    await page.getByText('Paste some papers').waitFor();
    await page.getByLabel('Paste papers').fill('Tides of the Moon\n1706.03762');
    await page.getByRole('button', { name: 'Add to my library' }).click();
    await page.getByText('2 papers added.').waitFor();
    expect(await listLibrary(site.app.db, id)).toHaveLength(2);
    expect(problems.filter((problem) => !problem.includes('400'))).toEqual([]);
    await close();
  });

  it('A reader chooses three of twelve papers', async () => {
    const { page, problems, close } = await open();
    const { id, token } = await addSubscriber();
    await page.goto(`${site.url}/examples/${token}`);
    await page.getByText('Choose three of these twelve').waitFor();
    const boxes = page.getByRole('checkbox');
    expect(await boxes.count()).toBe(12);
    for (const n of [0, 4, 7]) await boxes.nth(n).check();
    await page.getByRole('button', { name: 'Learn from these' }).click();
    await page.getByText('Paperboy has learned from the three papers you chose.').waitFor();
    expect(await listFeedback(site.app.db, id, { limit: 10 })).toHaveLength(3);
    expect(problems).toEqual([]);
    await close();
  });
});

describe('The pages of a library and of the choice', () => {
  it.each([375, 1200])('They are accessible and fit %i pixels, light and dark', async (width) => {
    const { token } = await addSubscriber();
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const path of [`/library/${token}`, `/examples/${token}`, `/learned/${token}`]) {
        const { page, close } = await site.open({
          colorScheme,
          viewport: { width, height: 812 },
        });
        await page.goto(site.url + path);
        expect([path, await findAccessibilityViolations(page)]).toEqual([path, []]);
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect([path, overflow]).toEqual([path, 0]);
        await close();
      }
    }
  });
});
