import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** A hook that writes the URL of every module that is loaded to stderr. */
const PRINT_LOADED = `
  import { register } from 'node:module';
  const hook = 'export async function load(url, context, next) { process._rawDebug(url); return next(url, context); }';
  register('data:text/javascript,' + encodeURIComponent(hook));
`;

async function listLoadedPackages(file: string): Promise<Set<string | undefined>> {
  const hook = `data:text/javascript,${encodeURIComponent(PRINT_LOADED)}`;
  const args = ['--import', 'tsx', '--import', hook, '--input-type=module', '--eval'];
  const { stderr } = await promisify(execFile)(process.execPath, [...args, `import '${file}'`]);
  const names = stderr.matchAll(/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)/g);
  return new Set([...names].map(([, name]) => name));
}

describe('Packages that only composing a mail needs', () => {
  it('Importing the whole program loads neither nodemailer nor MJML', async () => {
    const packages = await listLoadedPackages('./src/wiring/app.ts');
    expect(packages).toContain('bullmq');
    expect(packages).not.toContain('nodemailer');
    expect(packages).not.toContain('mjml');
  });
});
