import { describe, expect, it } from 'vitest';
import { readLibrary } from '../../../src/services/library/read-library.ts';
import { countTicks } from './count-ticks.ts';

const MB = 1024 * 1024;
const fill = (text: string) => text.repeat(Math.ceil(MB / text.length)).slice(0, MB);
const inAbstract = (text: string) => fill(`@article{a, title={Tides}, abstract={${text}}}\n`);

/** Each of 1 MB, and made to cost time. */
const HOSTILE = {
  'half a million braces': `@article{a, title={${'{'.repeat(MB / 2)}${'}'.repeat(MB / 2)}}}`,
  'entries that are never closed': fill('@article{a, title={'),
  'lines that are never closed': fill('@article{a, title={\n'),
  'starts of entries': fill(`@${'a'.repeat(30)}${' '.repeat(100)}`),
  'combining characters': inAbstract(`e${'\u0301'.repeat(128 * 1024)}`),
  'nested commands': inAbstract('\\textbf{\\emph{'.repeat(600) + '}}'.repeat(600)),
  'parts joined by #': `@article{a, title=${'"x" # '.repeat(170_000)}"y"}`,
  'dollar signs': inAbstract('$a '.repeat(3000)),
  'open tags': inAbstract('<a href='.repeat(1200)),
  'line ends': fill('\n'),
  'lines of RIS': `TY  - JOUR\nTI  - x\n${fill('  abc\n')}`,
  'nested lists': fill('['),
  'nested objects': fill('{"a":'),
  'an open quote': `title,doi\n"${fill('x,y\n')}`,
  cells: `title,doi\n${fill(',')}`,
  columns: `title,doi,${fill('a,')}`,
  'the word arXiv': fill('arxiv preprint '),
  'halves of DOIs': fill('10.1234/'),
};

describe('readLibrary', () => {
  it.each(Object.entries(HOSTILE))('1 MB of %s is read in a short time', async (_what, text) => {
    const startedAt = performance.now();
    const { entries } = await readLibrary(text);
    expect(entries.length).toBeLessThan(3);
    // A quadratic parser takes minutes; 0.3 s is usual, on a machine with nothing else to do.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('A long file leaves the event loop its turns', async () => {
    const text = Array.from({ length: 500 }, (_, n) => `@misc{k${n}, title={Tides ${n}}}`).join(
      '\n',
    );
    expect(await countTicks(() => readLibrary(text))).toBeGreaterThanOrEqual(500);
    const rows = Array.from({ length: 500 }, (_, n) => `"Tides ${n}","10.1000/${n}"`);
    const csv = ['title,doi', ...rows].join('\n');
    expect(await countTicks(() => readLibrary(csv))).toBeGreaterThanOrEqual(500);
  });

  it('A CSV file of Zotero is read, with commas, quotes and line ends in its cells', async () => {
    const text = [
      '"Key","Item Type","Author","Title","DOI","Url","Abstract Note","Extra"',
      '"A","preprint","Vaswani, A; Shazeer, N","Attention, ""Is"" All You Need","","","An\nabstract.","arXiv:1706.03762 [cs]"',
      '"B","attachment","","Snapshot","","","",""',
      '"C","journalArticle","","Tides","10.1000/TIDES","","",""',
    ].join('\r\n');
    expect(await readLibrary(text)).toMatchObject({
      format: 'csv',
      entries: [
        { title: 'Attention, "Is" All You Need', abstract: 'An abstract.', arxivId: '1706.03762' },
        { title: 'Tides', doi: '10.1000/tides' },
      ],
      unreadable: 0,
    });
  });

  it('Semicolons and tabs separate cells as well', async () => {
    for (const separator of [';', '\t']) {
      const text = ['Authors', 'Title', 'DOI'].join(separator);
      const row = ['Ada', 'On Tides', '10.1000/tides'].join(separator);
      expect((await readLibrary(`${text}\n${row}`)).entries).toMatchObject([{ title: 'On Tides' }]);
    }
  });
});
