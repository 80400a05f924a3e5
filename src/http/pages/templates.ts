import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { PAGE_COPY } from '../../copy/en/pages/index.ts';

const TEMPLATES_URL = new URL('../../../templates/pages/', import.meta.url);

/** Renders the template `name`; throws when the model lacks a name that the template uses. */
type RenderPage = (name: string, model: object) => string;

/** Reads every page template once. A template finds its own data in the model and all fixed text
 *  in `@copy`. Every value is escaped. Throws on a template that does not parse. */
export function loadTemplates(): RenderPage {
  const handlebars = Handlebars.create();
  const options = { strict: true, knownHelpersOnly: true };
  for (const [name, source] of readTemplates('partials/')) {
    handlebars.registerPartial(name, handlebars.compile(handlebars.parse(source), options));
  }
  const pages = new Map(
    readTemplates('').map(([name, source]) => [
      name,
      handlebars.compile(handlebars.parse(source), options),
    ]),
  );
  const data = { copy: PAGE_COPY };
  return (name, model) => {
    const page = pages.get(name);
    if (!page) throw new Error(`Unknown page template '${name}': expected one of templates/pages.`);
    return page(model, { data });
  };
}

/** The path of an asset with a hash of its content, so that browsers load a changed one. */
export function buildAssetPath(name: string): string {
  const content = readFileSync(new URL(`assets/${name}`, TEMPLATES_URL));
  const contentHash = createHash('sha256').update(content).digest('hex').slice(0, 8);
  return `/assets/${name}?v=${contentHash}`;
}

function readTemplates(folder: string): [name: string, source: string][] {
  return readdirSync(new URL(folder, TEMPLATES_URL))
    .filter((file) => file.endsWith('.hbs'))
    .map((file) => [
      file.slice(0, -'.hbs'.length),
      readFileSync(new URL(`${folder}${file}`, TEMPLATES_URL), 'utf8'),
    ]);
}
