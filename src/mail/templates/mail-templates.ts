import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { EMAIL_COPY } from '../../copy/en/emails/index.ts';
import { compactHtml } from './compact-html.ts';
import { type MjmlSource, renderMjml } from './mjml.ts';
import { expandPartials, type Partials } from './partials.ts';
import { createPlaceholderMarkers, type PlaceholderMarkers } from './placeholders.ts';

/** Renders a view as text. */
export type FillTemplate = (view: object) => string;

/** A template divided into its layout and the fragments that are repeated in it. */
interface EmailTemplate<FragmentName extends string = never> {
  layout: FillTemplate;
  fragments: Record<FragmentName, FillTemplate>;
}

const HTML_FRAGMENTS = [
  'note',
  'kicker',
  'nightKicker',
  'lead',
  'story',
  'darkHorse',
  'briefs',
  'brief',
] as const;
type HtmlFragment = (typeof HTML_FRAGMENTS)[number];

const TEXT_FRAGMENTS = ['paper', 'heading'] as const;
type TextFragment = (typeof TEXT_FRAGMENTS)[number];

/** Everything in templates/email, compiled. */
export interface MailTemplates {
  digest: { html: EmailTemplate<HtmlFragment>; text: EmailTemplate<TextFragment> };
  transactional: { html: EmailTemplate; text: EmailTemplate };
  placeholders: PlaceholderMarkers;
}

/**
 * Reads and compiles the templates of all emails. Takes about 100 ms, so it is called once per
 * process.
 * @throws Error when a template is not valid MJML or lacks a fragment.
 */
export async function loadMailTemplates(): Promise<MailTemplates> {
  const partials = await readPartials();
  const [digestHtml, transactionalHtml] = (
    await renderMjml(
      [await readMjml('digest.mjml', partials), await readMjml('transactional.mjml', partials)],
      await readTemplate('document.hbs'),
    )
  ).map((html) => compactHtml(setMainRole(html))) as [string, string];
  const digestText = await readTemplate('digest.txt');
  const transactionalText = await readTemplate('transactional.txt');
  return {
    digest: {
      html: compileTemplate(digestHtml, HTML_FRAGMENTS, {}),
      text: compileTemplate(digestText, TEXT_FRAGMENTS, { noEscape: true }),
    },
    transactional: {
      html: compileTemplate(transactionalHtml, [], {}),
      text: compileTemplate(transactionalText, [], { noEscape: true }),
    },
    placeholders: createPlaceholderMarkers(randomBytes(16).toString('hex')),
  };
}

function readTemplate(file: string): Promise<string> {
  return readFile(resolveTemplatePath(file), 'utf8');
}

async function readMjml(file: string, partials: Partials): Promise<MjmlSource> {
  const filePath = resolveTemplatePath(file);
  return { mjml: expandPartials(await readTemplate(file), partials), filePath };
}

async function readPartials(): Promise<Partials> {
  const files = await readdir(resolveTemplatePath('partials'));
  const read = async (file: string): Promise<[string, string]> => [
    basename(file, '.hbs'),
    await readTemplate(`partials/${file}`),
  ];
  return new Map(await Promise.all(files.map(read)));
}

/** MJML marks the whole email as an article, but it is the main part of its document. */
function setMainRole(html: string): string {
  return html.replace('role="article"', 'role="main"');
}

function compileTemplate<FragmentName extends string>(
  source: string,
  names: readonly FragmentName[],
  options: CompileOptions,
): EmailTemplate<FragmentName> {
  const fragments = new Map<string, string>();
  const layout = source.replace(FRAGMENT_PATTERN, (_, name: string, fragment: string) => {
    fragments.set(name, fragment);
    return '';
  });
  const renderers = names.map((name) => [name, compile(requireFragment(name, fragments), options)]);
  return { layout: compile(layout, options), fragments: Object.fromEntries(renderers) };
}

function requireFragment(name: string, fragments: ReadonlyMap<string, string>): string {
  const source = fragments.get(name);
  if (source === undefined) throw new Error(`The mail template has no fragment named ${name}.`);
  return source;
}

/** `strict`: a misspelt name in a template is an error, not a gap in somebody's mail. */
function compile(source: string, options: CompileOptions): FillTemplate {
  const template = Handlebars.compile(source, { ...options, strict: true });
  return (view) => template(view, { data: { copy: EMAIL_COPY } });
}

function resolveTemplatePath(file: string): string {
  return fileURLToPath(new URL(`../../../templates/email/${file}`, import.meta.url));
}

const FRAGMENT_PATTERN = /<!-- fragment (\w+) -->\s?([\s\S]*?)<!-- end fragment -->\s?/g;
