import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** From the top down. A file may import from its own layer's folder and from the layers below. */
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

/** Values about the process that the upper layers share; they stand upon the domain alone. */
const SETTINGS = ['settings', 'version.ts', 'log.ts'];
const MAY_READ_SETTINGS = ['main.ts', 'commands', 'roles.ts', 'wiring', 'http', ...SETTINGS];

/** What the domain may import besides itself: nothing that reads, writes, waits or tells the time. */
const PURE_PACKAGES = ['node:crypto', 'node:url', 'temporal-polyfill', 'validator'];

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

describe('the arrows between the files of src', () => {
  it('are all seen', () => {
    expect(importsIn(EVERY_FORM)).toEqual(['a', 'b', 'c', './d.ts', 'e', 'f', 'g', 'h']);
    expect(files.length).toBeGreaterThan(100);
    const known = new Set(files.map(({ path }) => path));
    const lost = each(({ path, imports }) =>
      imports
        .filter((name) => name.endsWith('.ts') && !known.has(name))
        .map((name) => `${path} imports ${name}, which is not there`),
    );
    expect(lost).toEqual([]);
    expect(files.filter(({ code }) => /\bimport\((?!\s*['"])/.test(code))).toEqual([]);
  });

  it('belong to files that each have a layer', () => {
    const homeless = files.filter(({ path }) => layerOf(path) === -1 && !isSetting(path));
    expect(homeless.map(({ path }) => `${path} is in no layer of this test`)).toEqual([]);
  });

  it('point down', () => {
    const wrong = each(({ path, imports }) =>
      imports
        .filter((target) => isOurs(target) && !isSetting(path) && !isSetting(target))
        .filter((target) => layerOf(target) < layerOf(path))
        .map((target) => `${path} imports ${target}, which lies above it`),
    );
    expect(wrong).toEqual([]);
  });

  it('lead from no adapter to another, and from http to no job', () => {
    const apart = new Set([...(LAYERS[3] ?? []), ...(LAYERS[5] ?? [])]);
    const wrong = each(({ path, imports }) =>
      imports
        .filter((target) => apart.has(folderOf(path)) && layerOf(target) === layerOf(path))
        .filter((target) => folderOf(target) !== folderOf(path))
        .map((target) => `${path} imports ${target}: these two never know each other`),
    );
    expect(wrong).toEqual([]);
  });

  it('lead to the settings from the upper layers only, and from the settings to the domain', () => {
    const wrong = each(({ path, imports }) =>
      imports
        .filter((target) =>
          isSetting(target)
            ? !MAY_READ_SETTINGS.includes(folderOf(path))
            : isSetting(path) && isOurs(target) && folderOf(target) !== 'domain',
        )
        .map((target) => `${path} imports ${target}: settings reach others as values`),
    );
    expect(wrong).toEqual([]);
  });

  it('lead from the domain and the copy to pure packages only', () => {
    const wrong = each(({ path, imports }) =>
      imports
        .filter((name) => ['domain', 'copy'].includes(folderOf(path)) && !isOurs(name))
        .filter((name) => !PURE_PACKAGES.includes(name))
        .map((name) => `${path} imports ${name}: ${folderOf(path)} does no I/O`),
    );
    expect(wrong).toEqual([]);
  });

  it('lead to the copy only from layers that show text to people', () => {
    const wrong = each(({ path, imports }) =>
      imports
        .filter((target) => folderOf(target) === 'copy' && isOurs(target))
        .filter(() => !MAY_READ_COPY.includes(folderOf(path)))
        .map((target) => `${path} imports ${target}: it shows no text to people`),
    );
    expect(wrong).toEqual([]);
  });

  it('make no circle', () => {
    expect(findCircle()?.join(' → ') ?? 'none').toBe('none');
  });
});

describe('the process', () => {
  it('is touched by main.ts alone', () => {
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

  it('gives the domain and the copy neither the time nor chance', () => {
    const impure =
      /\bnew Date\(\)|\bDate\.now\(|\bTemporal\.Now\b|\bMath\.random\(|\brandom(?:Bytes|UUID)\(|\bset(?:Timeout|Interval)\(|\bfetch\(|\bconsole\./;
    const wrong = each(({ path, code }) => {
      const found = ['domain', 'copy'].includes(folderOf(path)) ? impure.exec(code) : null;
      return found ? [`${path} says ${found[0]}`] : [];
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

/** Good enough for formatted code: whole-line and block comments; a URL in a string keeps its slashes. */
function withoutComments(code: string): string {
  return code.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/(^|\s)\/\/ .*$/gm, '');
}

function importsIn(code: string): string[] {
  const statement =
    /^(?:import|export)\b(?:[\w\s{},*$]*?\bfrom)?\s*['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]/gm;
  return [...code.matchAll(statement)].map(([, still, dynamic]) => still ?? dynamic ?? '');
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

/** Files that import each other in a ring, the first one twice; null when there are none. */
function findCircle(): string[] | null {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports.filter(isOurs)]));
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): string[] | null => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const target of importsOf.get(path) ?? []) {
      const circle = visit(target, [...way, path]);
      if (circle) return circle;
    }
    done.add(path);
    return null;
  };
  for (const { path } of files) {
    const circle = visit(path, []);
    if (circle) return circle;
  }
  return null;
}
