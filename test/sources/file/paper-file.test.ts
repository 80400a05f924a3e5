import { describe, expect, it } from 'vitest';
import { parsePaperFile } from '../../../src/sources/file/paper-file.ts';

const FRIDAY = '2026-05-08';
const paper = (n: number) => ({ id: `2605.0000${n}`, title: `Paper ${n}`, abstract: 'We test.' });
const parse = (text: string) => parsePaperFile(text, { source: 'file', today: FRIDAY });
const locationsOf = (text: string) => parse(text).map(({ location }) => location);

describe('parsePaperFile', () => {
  it('A JSON array gives its papers in order', () => {
    const entries = parse(`\uFEFF${JSON.stringify([paper(1), paper(2)])}`);
    expect(entries).toMatchObject([
      { location: 'Paper 1', paper: { id: '2605.00001', title: 'Paper 1', listedOn: FRIDAY } },
      { location: 'Paper 2', paper: { id: '2605.00002' } },
    ]);
  });

  it('JSON lines give a paper for each line that is not blank', () => {
    const text = `${JSON.stringify(paper(1))}\n\n${JSON.stringify(paper(2))}\n`;
    expect(locationsOf(text)).toEqual(['Line 1', 'Line 3']);
  });

  it('CSV gives a paper for each row, with authors split at semicolons', () => {
    const [first] = parse('Title,abstract,authors,upvotes\n"On, Testing",We test.,Ada; Bob,3\n');
    expect(first).toMatchObject({
      location: 'Line 2',
      paper: { title: 'On, Testing', authors: ['Ada', 'Bob'], upvotes: 3 },
    });
  });

  it('An invalid entry is reported and the others are parsed', () => {
    const entries = parse(JSON.stringify([paper(1), { title: 'No abstract' }, paper(3)]));
    expect(entries).toMatchObject([
      { location: 'Paper 1', paper: {} },
      { location: 'Paper 2', problem: { code: 'INVALID_PAPER' } },
      { location: 'Paper 3', paper: {} },
    ]);
  });

  it.each([
    ['', 'The file is empty'],
    ['{}[', 'is not JSON'],
    ['[{]', 'The file is not JSON'],
    ['title\nOn', 'has no column “abstract”'],
    ['title,abstract,title\nOn,We,Off', 'The column “title” appears twice'],
    ['title,abstract\n"On', 'The file is not valid CSV'],
    ['title,abstract\nOn,We,Off', 'the row has 3 cells: expected 2'],
  ])('The file %j is refused: %s', (text, message) => {
    const readAll = () => {
      for (const entry of parse(text)) if ('problem' in entry) throw entry.problem;
    };
    expect(readAll).toThrow(message);
  });
});
