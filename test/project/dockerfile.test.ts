import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/settings/config.ts';
import { projectFile } from './files.ts';

const manifest = JSON.parse(projectFile('package.json'));
const lines = projectFile('Dockerfile').replaceAll('\\\n', ' ').split('\n');
const [, start] = splitAt(lines, (line) => line.startsWith('FROM'));
const [buildStage, imageStage] = splitAt(start.slice(1), (line) => line.startsWith('FROM'));

describe('Dockerfile', () => {
  it('The image builds with scripts of package.json', () => {
    const scripts = matches(buildStage, /npm run ([\w:]+)/g);
    expect(scripts).toContain('build');
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
  });

  it('The image starts bin/paperboy as process 1', () => {
    const entry = JSON.parse(instruction('ENTRYPOINT')) as string[];
    expect(entry).toEqual([`/app/${manifest.bin.paperboy}`]);
    expect(JSON.parse(instruction('CMD'))).toEqual(['start']);
    expect(imageStage.join('\n')).toContain(
      `/app/${manifest.bin.paperboy} /usr/local/bin/paperboy`,
    );
  });

  it('The image installs packages before it copies the sources, and builds after that', () => {
    const lineWith = (text: string) => buildStage.findIndex((line) => line.includes(text));
    const order = ['COPY package.json', 'npm ci --ignore-scripts', 'COPY src', 'npm run build'];
    expect(order.map(lineWith).toSorted((one, other) => one - other)).toEqual(order.map(lineWith));
    expect(order.map(lineWith)).not.toContain(-1);
  });

  it('The files that the image copies exist and are allowed by .dockerignore', () => {
    const sources = [...buildStage, ...imageStage]
      .filter((line) => line.startsWith('COPY') && !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    const allowed = projectFile('.dockerignore').split('\n');
    expect(sources).toEqual(
      expect.arrayContaining(['bin', 'src', 'migrations', 'seeds', 'templates']),
    );
    for (const source of sources) {
      expect(existsSync(new URL(`../../${source}`, import.meta.url)), source).toBe(true);
      expect(allowed).toContain(`!${source}`);
    }
  });

  it('.dockerignore keeps secrets, data and history out of the image', () => {
    const rules = projectFile('.dockerignore')
      .split('\n')
      .filter((line) => /^[^#]/.test(line));
    expect(rules[0]).toBe('*');
    expect(rules.join('\n')).not.toMatch(/^!(\.env|\.git|data|test)/m);
  });

  it('The image takes its packages from the build stage, without development packages', () => {
    expect(buildStage.join('\n')).toContain('npm prune --omit=dev');
    for (const folder of ['node_modules', 'dist']) {
      expect(imageStage).toContain(`COPY --from=build /app/${folder} ${folder}`);
    }
  });

  it('The image runs as an unprivileged user on a Node that package.json allows', () => {
    expect(instruction('USER')).toBe('node');
    expect(manifest.engines.node).toBe('>=20.19');
    expect(matches(lines, /^FROM node:(\d+)-/g).map(Number)).toEqual([22, 22]);
  });

  it('The settings of the image are accepted, and its health check requests /healthz', () => {
    const env = Object.fromEntries(
      instruction('ENV')
        .split(/\s+/)
        .map((pair) => pair.split('=') as [string, string]),
    );
    expect(loadConfig(env)).toMatchObject({ host: '0.0.0.0', port: 3000, dataDir: '/data' });
    expect(instruction('VOLUME')).toBe(env.DATA_DIR);
    expect(instruction('EXPOSE')).toBe(env.PORT);
    const [, , script = ''] = JSON.parse(instruction('HEALTHCHECK').replace(/^.*CMD /, ''));
    expect(script).toContain('/healthz');
    expect(() => new Function(script)).not.toThrow();
  });
});

/** The arguments of the last such instruction in the final stage. */
function instruction(name: string): string {
  const found = imageStage.findLast((line) => line.startsWith(`${name} `));
  if (found === undefined) throw new Error(`The image has no ${name}.`);
  return found.slice(name.length + 1).trim();
}

function matches(list: readonly string[], pattern: RegExp): string[] {
  return list.flatMap((line) => [...line.matchAll(pattern)].map(([, group = '']) => group));
}

/** The lines before the first match, and those from it on. */
function splitAt(
  list: readonly string[],
  isMatch: (line: string) => boolean,
): [readonly string[], readonly string[]] {
  const at = list.findIndex(isMatch);
  return [list.slice(0, at), list.slice(at)];
}
