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

/** Source files in backticks are named from `src/` on, other files from the root. */
const FILE = /`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjml|hbs|json|csv|service)|(?:[\w.-]+\/)+)`/g;

describe.each(PAGES)('%s', (page) => {
  const text = projectFile(page);

  it('links only to files that exist', () => {
    const links = words(text, /\]\((?!https?:|#)([^)#\s]+)|src="([^"]+)"/g);
    const here = new URL(page, ROOT);
    expect(links.filter((link) => !existsSync(new URL(link, here)))).toEqual([]);
  });

  it('names only files that exist', () => {
    const isThere = (file: string) =>
      ['', 'src/'].some((folder) => existsSync(new URL(folder + file, ROOT)));
    expect(words(text, FILE).filter((file) => !isThere(file))).toEqual([]);
  });

  it('names only npm scripts that package.json has', () => {
    const { scripts } = JSON.parse(projectFile('package.json'));
    const named = words(text, /npm run ([\w:]+)/g);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });
});

describe('GLOSSARY.md', () => {
  it('tells every state of a delivery, in the order of the code', () => {
    const documented = words(projectFile('GLOSSARY.md'), /^\| `(\w+)` \|/gm);
    expect(documented).toEqual([...DELIVERY_STATES]);
  });

  it('has each word once', () => {
    const documented = words(projectFile('GLOSSARY.md'), /^\| (\*\*[^|]+\*\*) \|/gm);
    expect(documented.length).toBeGreaterThan(30);
    expect(documented.filter((word, place) => documented.indexOf(word) !== place)).toEqual([]);
  });
});

describe('docs/operations.md', () => {
  it('tells every alarm', () => {
    const documented = words(projectFile('docs/operations.md'), /^\| `([a-z-]+)` \|/gm);
    expect(documented).toEqual(expect.arrayContaining([...ALERT_KINDS]));
  });
});

describe('CONTRIBUTING.md', () => {
  it('shows every folder of src', () => {
    const tree = projectFile('CONTRIBUTING.md');
    const shown = words(tree, /^(src\/\w+\/|src\/\w+\.ts)/gm);
    expect(shown.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
    const folders = readdirSync(new URL('src/', ROOT), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}/`);
    expect(shown).toEqual(expect.arrayContaining(folders));
  });
});

/** What the groups of the pattern caught. */
function words(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap((match) => match.slice(1).filter((word) => word));
}
