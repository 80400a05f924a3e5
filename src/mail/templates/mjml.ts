import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type mjml2html from 'mjml';

/** A template in MJML. Its includes are relative to `filePath`. */
export interface MjmlSource {
  mjml: string;
  filePath: string;
}

/** Without `fonts: {}` MJML would link web fonts, such as Roboto. */
const OPTIONS = {
  validationLevel: 'strict',
  fonts: {},
  keepComments: true,
  ignoreIncludes: false,
} satisfies Parameters<typeof mjml2html>[1];

/** As text, since the thread runs without the TypeScript loader of the tests. */
const RENDER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { path, sources, document, options } = workerData;
  const skeleton = ({ style, headRaw, ...parts }) => {
    const values = { ...parts, style: style.join(' '), headRaw: headRaw.join('') };
    return document.replace(/\\[\\[(\\w+)\\]\\]/g, (_, name) => values[name]);
  };
  const render = async () => {
    const mjml2html = require(path);
    const pages = [];
    for (const { mjml, filePath } of sources)
      pages.push((await mjml2html(mjml, { ...options, skeleton, filePath })).html);
    return pages;
  };
  render().then((pages) => parentPort.postMessage(pages));
`;

/**
 * The templates as HTML. `document` is the HTML around them, with `[[title]]`, `[[style]]` and
 * other places for what MJML puts into its own; that one has rules for Outlook 2003, images and
 * several columns, which our emails do not need. MJML and its dependencies take some 40 MB of
 * memory and are needed only here, so they run in a thread: its end frees them.
 * @throws Error when a template is not valid MJML.
 */
export async function renderMjml(
  sources: readonly MjmlSource[],
  document: string,
): Promise<string[]> {
  const path = createRequire(import.meta.url).resolve('mjml');
  const worker = new Worker(RENDER, {
    eval: true,
    workerData: { path, sources, document, options: OPTIONS },
  });
  try {
    return await new Promise<string[]>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}
