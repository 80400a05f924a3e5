/**
 * Generates `seeds/papers.json` from `seeds/daily-papers.txt`, the saved page of 8 May 2026:
 *
 *     npx tsx seeds/make-papers.ts
 *
 * A test compares the two files, so run it whenever the page or its parser changes.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { formatSeedPapers } from './daily-papers-page.ts';

const page = await readFile(new URL('daily-papers.txt', import.meta.url), 'utf8');
await writeFile(new URL('papers.json', import.meta.url), formatSeedPapers(page));
