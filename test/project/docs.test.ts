import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALERT_KINDS } from '../../src/domain/alerts/alert.ts';
import { DELIVERY_STATES } from '../../src/domain/deliveries/delivery.ts';
import { projectFile } from './files.ts';

const ROOT = new URL('../../', import.meta.url);
const PAGES = [
  'README.md',
  'docs/operations.md',
  'docs/performance.md',
  'docs/relevance.md',
  'CONTRIBUTING.md',
  'GLOSSARY.md',
  'CHANGELOG.md',
];

/** Source files in backticks are relative to `src/`, other files to the root. */
const FILE = /`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjml|hbs|json|csv|service)|(?:[\w.-]+\/)+)`/g;

describe.each(PAGES)('%s', (page) => {
  const text = projectFile(page);

  it(`The links of ${page} lead to files that exist`, () => {
    const links = matchGroups(text, /\]\((?!https?:|#)([^)#\s]+)|src="([^"]+)"/g);
    const here = new URL(page, ROOT);
    expect(links.filter((link) => !existsSync(new URL(link, here)))).toEqual([]);
  });

  it(`The files that ${page} names exist`, () => {
    const isThere = (file: string) =>
      ['', 'src/'].some((folder) => existsSync(new URL(folder + file, ROOT)));
    expect(matchGroups(text, FILE).filter((file) => !isThere(file))).toEqual([]);
  });

  it(`The npm scripts that ${page} names exist`, () => {
    const { scripts } = JSON.parse(projectFile('package.json'));
    const named = matchGroups(text, /npm run ([\w:]+)/g);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });
});

describe('GLOSSARY.md', () => {
  it('GLOSSARY.md lists every state of a delivery, in the order of the code', () => {
    const documented = matchGroups(projectFile('GLOSSARY.md'), /^\| `(\w+)` \|/gm);
    expect(documented).toEqual([...DELIVERY_STATES]);
  });

  it('GLOSSARY.md defines each term once', () => {
    const documented = matchGroups(projectFile('GLOSSARY.md'), /^\| (\*\*[^|]+\*\*) \|/gm);
    expect(documented.length).toBeGreaterThan(30);
    expect(documented.filter((term, index) => documented.indexOf(term) !== index)).toEqual([]);
  });
});

describe('docs/operations.md', () => {
  it('docs/operations.md lists every alert', () => {
    const documented = matchGroups(projectFile('docs/operations.md'), /^\| `([a-z-]+)` \|/gm);
    expect(documented).toEqual(expect.arrayContaining([...ALERT_KINDS]));
  });
});

describe('CONTRIBUTING.md', () => {
  it('The tree in CONTRIBUTING.md has every folder of src', () => {
    const tree = projectFile('CONTRIBUTING.md');
    const shown = matchGroups(tree, /^(src\/\w+\/|src\/\w+\.ts)/gm);
    expect(shown.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
    const folders = readdirSync(new URL('src/', ROOT), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}/`);
    expect(shown).toEqual(expect.arrayContaining(folders));
  });
});

/** All matches of the groups of a pattern. */
function matchGroups(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap((match) => match.slice(1).filter((group) => group));
}
