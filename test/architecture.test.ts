import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** From top to bottom. A file may import from its own folder and from the layers below. */
const LAYERS = [
  ['main.ts'],
  ['commands'],
  ['roles.ts', 'wiring'],
  ['http', 'jobs'],
  ['services'],
  ['db', 'queue', 'mail', 'relay', 'inbox', 'control', 'sources', 'metrics', 'dns'],
  ['copy'],
  ['domain'],
];

/** The layers that show text to people. A second language is a folder beside `copy/en`. */
const MAY_READ_COPY = ['commands', 'wiring', 'http', 'jobs', 'services', 'mail', 'copy'];

/** Stores, with the state of a delivery, the sentence that explains it. */
const STORES_COPY = 'db/deliveries/transitions/';

/** Values about the process that the upper layers share. They depend on the domain only. */
const SETTINGS = ['settings', 'version.ts', 'log.ts'];
const MAY_READ_SETTINGS = ['main.ts', 'commands', 'roles.ts', 'wiring', 'http', ...SETTINGS];

/** Packages that the domain may import: none that reads, writes, waits or reads the clock. */
const PURE_PACKAGES = ['node:crypto', 'node:url', 'temporal-polyfill', 'validator/lib/isEmail.js'];

/**
 * Files that other folders of services may import; all others are private. A new entry is a
 * decision: first ask whether the shared part belongs in the domain or in db.
 */
const SERVICE_FRONTS = [
  'services/alerts/alerts.ts',
  'services/deliveries/enqueue-batches.ts',
  'services/deliveries/lease.ts',
  'services/deliveries/throttles/share-throttles.ts',
  'services/digests/digest-context.ts',
  'services/digests/digest-status.ts',
  'services/digests/find-missing-lists.ts',
  'services/digests/latest-digest.ts',
  'services/digests/lost-digest.ts',
  'services/digests/require-digest.ts',
  'services/feedback/relearn.ts',
  'services/library/remove-library.ts',
  'services/monitoring/clock-guard.ts',
  'services/monitoring/first-attempts.ts',
  'services/monitoring/log.ts',
  'services/monitoring/measure-duration.ts',
  'services/papers/average-week.ts',
  'services/papers/store-papers.ts',
  'services/ranking/term-statistics.ts',
  'services/topics/assign-topics.ts',
  'services/subscribers/require-confirmed.ts',
  'services/transactional/request-email.ts',
];

/** Files whose exports others read without naming them: drizzle's schema, and a test. */
const LOADED_BY_NAME = ['db/schema.ts', 'db/deliveries/transitions/'];

/** A folder with more files is divided: it is hard to find anything in it. */
const MOST_FILES = 22;

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const SRC = fileURLToPath(new URL('../src/', import.meta.url));

interface SourceFile {
  /** Below src, with slashes. */
  path: string;
  /** Without comments. */
  code: string;
  /** Paths below src, or names of packages. */
  imports: string[];
}

const files = sourceFiles();

describe('Imports between the files of src', () => {
  it('The parser of this test finds every form of import, and every import leads to a file', () => {
    expect(importsIn(EVERY_FORM)).toEqual(['a', 'b', 'c', './d.ts', 'e', 'f', 'g', 'h']);
    expect(files.length).toBeGreaterThan(100);
    const known = new Set(files.map(({ path }) => path));
    const lost = each(({ path, imports }) =>
      imports
        .filter((name) => name.endsWith('.ts') && !known.has(name))
        .map((name) => `${path} imports ${name}, which does not exist`),
    );
    expect(lost).toEqual([]);
    expect(files.filter(({ code }) => /\bimport\((?!\s*['"])/.test(code))).toEqual([]);
  });

  it('Every file of src belongs to a layer', () => {
    const homeless = files.filter(({ path }) => layerOf(path) === -1 && !isSetting(path));
    expect(homeless.map(({ path }) => `${path} is in no layer of this test`)).toEqual([]);
  });

  it('No file imports from a layer above its own', () => {
    const wrong = each(({ path, imports }) =>
      imports
        .filter((target) => isOurs(target) && !isSetting(path) && !isSetting(target))
        .filter((target) => layerOf(target) < layerOf(path))
        .map((target) => `${path} imports ${target}, which is in a layer above`),
    );
    expect(wrong).toEqual([]);
  });

  it('No adapter imports another adapter, and http and jobs do not import each other', () => {
    const apart = new Set([...(LAYERS[3] ?? []), ...(LAYERS[5] ?? [])]);
    const wrong = each(({ path, imports }) =>
      imports
        .filter((target) => apart.has(folderOf(path)) && layerOf(target) === layerOf(path))
        .filter((target) => folderOf(target) !== folderOf(path))
        .map((target) => `${path} imports ${target}: these two must not depend on each other`),
    );
    expect(wrong).toEqual([]);
  });

  it('Only the upper layers import the settings, and the settings import only the domain', () => {
    const wrong = each(({ path, imports }) =>
      imports
        .filter((target) =>
          isSetting(target)
            ? !MAY_READ_SETTINGS.includes(folderOf(path))
            : isSetting(path) && isOurs(target) && folderOf(target) !== 'domain',
        )
        .map((target) => `${path} imports ${target}: pass the setting as a value`),
    );
    expect(wrong).toEqual([]);
  });

  it('The domain and the copy import pure packages only', () => {
    const wrong = each(({ path, imports }) =>
      imports
        .filter((name) => ['domain', 'copy'].includes(folderOf(path)) && !isOurs(name))
        .filter((name) => !PURE_PACKAGES.includes(name))
        .map((name) => `${path} imports ${name}: ${folderOf(path)} does no I/O`),
    );
    expect(wrong).toEqual([]);
  });

  it('Only layers that show text to people import the copy', () => {
    const wrong = each(({ path, imports }) =>
      imports
        .filter((target) => folderOf(target) === 'copy' && isOurs(target))
        .filter(() => !MAY_READ_COPY.includes(folderOf(path)) && !path.startsWith(STORES_COPY))
        .map((target) => `${path} imports ${target}: it shows no text to people`),
    );
    expect(wrong).toEqual([]);
  });

  it('A service imports from another folder of services only what that folder offers', () => {
    const wrong = each(({ path, imports }) =>
      imports
        .filter((target) => folderOf(path) === 'services' && folderOf(target) === 'services')
        .filter((target) => dirname(target) !== dirname(path) && !SERVICE_FRONTS.includes(target))
        .map((target) => `${path} imports ${target}, which SERVICE_FRONTS does not list`),
    );
    expect(wrong).toEqual([]);
  });

  it('The list of files that services may import from each other has no unused entry', () => {
    const used = new Set(
      files
        .filter(({ path }) => folderOf(path) === 'services')
        .flatMap(({ path, imports }) => imports.filter((name) => dirname(name) !== dirname(path))),
    );
    expect(SERVICE_FRONTS.filter((path) => !used.has(path))).toEqual([]);
  });

  it('No files import each other in a cycle', () => {
    expect(findCycle()?.join(' → ') ?? 'none').toBe('none');
  });
});

describe('Names and folders', () => {
  it('An exported name is declared once in all of src', () => {
    const declaredIn = new Map<string, Set<string>>();
    for (const { path, code } of files) {
      for (const name of exportsIn(code)) {
        declaredIn.set(name, (declaredIn.get(name) ?? new Set()).add(path));
      }
    }
    const twice = [...declaredIn]
      .filter(([, paths]) => paths.size > 1)
      .map(([name, paths]) => `${name} is exported by ${[...paths].join(' and ')}`);
    expect(exportsIn(EVERY_EXPORT)).toEqual(['a', 'b', 'c', 'D', 'E', 'F']);
    expect(twice).toEqual([]);
  });

  it('An exported name is used in another file', () => {
    const texts = new Map(
      projectTexts()
        .filter(({ path }) => path.endsWith('.ts'))
        .map(({ path, text }) => [path, new Set(withoutComments(text).match(/\w+/g))]),
    );
    const wrong = each(({ path, code }) =>
      LOADED_BY_NAME.some((start) => path.startsWith(start))
        ? []
        : exportsIn(code)
            .filter((name) =>
              [...texts].every(([other, names]) => other === `src/${path}` || !names.has(name)),
            )
            .map((name) => `${path} exports ${name}, which no other file uses`),
    );
    expect(wrong).toEqual([]);
  });

  it('No comment is wider than 100 columns', () => {
    const wide = projectTexts()
      .filter(({ path }) => path.endsWith('.ts'))
      .flatMap(({ path, text }) =>
        text.split('\n').flatMap((line, index) => {
          const isComment = /^\s*(?:\/\*|\*|\/\/)/.test(line);
          return isComment && line.length > 100 ? [`${path}:${index + 1}`] : [];
        }),
      );
    expect(wide).toEqual([]);
  });

  it(`No folder of src or test has more than ${MOST_FILES} files`, () => {
    const counts = new Map<string, number>();
    for (const path of projectTexts().map(({ path }) => path)) {
      counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    }
    const full = [...counts].filter(([, count]) => count > MOST_FILES);
    expect(full.map(([folder, count]) => `${folder} holds ${count} files`)).toEqual([]);
  });

  it('A markdown file that code mentions exists', () => {
    const lost = projectTexts().flatMap(({ path, text }) =>
      [...text.matchAll(/(?<![\w*])[\w./-]*\w\.md\b/g)]
        .map(([name]) => name)
        .filter((name) => !existsSync(join(ROOT, name)))
        .map((name) => `${path} mentions ${name}, which does not exist`),
    );
    expect(lost).toEqual([]);
  });
});

describe('The process and the clock', () => {
  it('Only main.ts uses the process; control may read its pid', () => {
    const wrong = each(({ path, code, imports }) => {
      if (path === 'main.ts') return [];
      const onlyPid =
        folderOf(path) === 'control' && /import \{ pid \} from 'node:process'/.test(code);
      return [
        ...(/(?<![.\w])process\.\w/.test(code) ? [`${path} uses process.*`] : []),
        ...(imports.includes('node:process') && !onlyPid ? [`${path} imports node:process`] : []),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it('The domain and the copy read neither the clock nor a source of randomness', () => {
    const impure =
      /\bnew Date\(\)|\bDate\.now\(|\bTemporal\.Now\b|\bMath\.random\(|\brandom(?:Bytes|UUID)\(|\bset(?:Timeout|Interval)\(|\bfetch\(|\bconsole\./;
    const wrong = each(({ path, code }) => {
      const found = ['domain', 'copy'].includes(folderOf(path)) ? impure.exec(code) : null;
      return found ? [`${path} uses ${found[0]}`] : [];
    });
    expect(wrong).toEqual([]);
  });
});

const EVERY_FORM = `
import 'a';
import type { A } from 'b';
import b, {
  type C,
  d as e,
} from "c";
export { f } from './d.ts';
export * from 'e';
export type { G } from 'f';
const h = await import('g');
type I = import('h').I;
const text = 'important, and from "nowhere"';
`;

const EVERY_EXPORT = `
export function a(): void {}
export async function b(): Promise<void> {}
export const c = 1;
export type D = string;
export interface E {}
export class F {}
export { other } from './other.ts';
const mine = 1;
`;

function each(problemsOf: (file: SourceFile) => string[]): string[] {
  return files.flatMap(problemsOf).sort();
}

function sourceFiles(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const code = withoutComments(readFileSync(join(SRC, name), 'utf8'));
      const imports = importsIn(code).map((target) =>
        target.startsWith('.') ? slashed(relative(SRC, join(SRC, dirname(name), target))) : target,
      );
      return { path: slashed(name), code, imports };
    });
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}

/**
 * Good enough for formatted code: whole-line and block comments; a URL in a string keeps its
 * slashes.
 */
function withoutComments(code: string): string {
  return code.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/(^|\s)\/\/ .*$/gm, '');
}

function importsIn(code: string): string[] {
  const statement =
    /^(?:import|export)\b(?:[\w\s{},*$]*?\bfrom)?\s*['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]/gm;
  return [...code.matchAll(statement)].map(([, still, dynamic]) => still ?? dynamic ?? '');
}

/** The names that the code declares and exports itself, not those that it exports again. */
function exportsIn(code: string): string[] {
  const declaration =
    /^export (?:async )?(?:function\*?|const|let|type|interface|(?:abstract )?class) (\w+)/gm;
  return [...code.matchAll(declaration)].map(([, name]) => name ?? '');
}

/** The files of src and test, named from the root on. */
function projectTexts(): { path: string; text: string }[] {
  return ['src', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => ({
        path: slashed(relative(ROOT, file)),
        text: readFileSync(file, 'utf8'),
      })),
  );
}

/** The folder below src, or the file's own name at the top. */
function folderOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function layerOf(path: string): number {
  return LAYERS.findIndex((layer) => layer.includes(folderOf(path)));
}

function isSetting(path: string): boolean {
  return SETTINGS.includes(folderOf(path));
}

function isOurs(target: string): boolean {
  return target.endsWith('.ts');
}

/** Files that import each other in a cycle, the first one twice; null when there are none. */
function findCycle(): string[] | null {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports.filter(isOurs)]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const target of importsOf.get(path) ?? []) {
      const cycle = visit(target, [...trail, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return null;
  };
  for (const { path } of files) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
  return null;
}
