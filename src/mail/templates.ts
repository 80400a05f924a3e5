import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { type MjmlSource, renderMjml } from './mjml.ts';
import { createSlots, type Slots } from './slots.ts';

/** A view in, a text out. */
export type Fill = (view: object) => string;

/** A template cut into the frame and the parts that repeat in it. */
export interface Template<PartName extends string = never> {
  frame: Fill;
  parts: Record<PartName, Fill>;
}

export const HTML_PARTS = ['note', 'lead', 'story', 'darkHorse', 'briefs', 'brief'] as const;
export type HtmlPart = (typeof HTML_PARTS)[number];

export const TEXT_PARTS = ['paper', 'darkHorse', 'briefs'] as const;
export type TextPart = (typeof TEXT_PARTS)[number];

/** Everything in templates/email, compiled. */
export interface MailTemplates {
  digest: { html: Template<HtmlPart>; text: Template<TextPart> };
  letter: { html: Template; text: Template };
  slots: Slots;
}

/**
 * Reads and compiles the templates of all mails; takes about 100 ms, so once per process.
 * @throws Error when a template is not valid MJML or lacks a part.
 */
export async function loadMailTemplates(): Promise<MailTemplates> {
  const [digestHtml, letterHtml] = (
    await renderMjml([await mjmlOf('digest.mjml'), await mjmlOf('letter.mjml')])
  ).map((html) => asMain(squeeze(html))) as [string, string];
  const digestText = await readFile(pathOf('digest.txt'), 'utf8');
  const letterText = await readFile(pathOf('letter.txt'), 'utf8');
  return {
    digest: {
      html: compileTemplate(digestHtml, HTML_PARTS, {}),
      text: compileTemplate(digestText, TEXT_PARTS, { noEscape: true }),
    },
    letter: {
      html: compileTemplate(letterHtml, [], {}),
      text: compileTemplate(letterText, [], { noEscape: true }),
    },
    slots: createSlots(randomBytes(16).toString('hex')),
  };
}

async function mjmlOf(file: string): Promise<MjmlSource> {
  const filePath = pathOf(file);
  return { mjml: await readFile(filePath, 'utf8'), filePath };
}

/** A mail is a document of its own, and what MJML calls its article is all of it. */
function asMain(html: string): string {
  return html.replace('role="article"', 'role="main"');
}

/** Indentation and blank lines are a fifth of what MJML writes. */
function squeeze(html: string): string {
  return `${html.replace(/\s*\n\s*/g, '\n').trim()}\n`;
}

function compileTemplate<PartName extends string>(
  source: string,
  names: readonly PartName[],
  options: CompileOptions,
): Template<PartName> {
  const parts = new Map<string, string>();
  const frame = source.replace(PART, (_, name: string, part: string) => {
    parts.set(name, part);
    return '';
  });
  const fills = names.map((name) => [name, compile(sourceOf(name, parts), options)]);
  return { frame: compile(frame, options), parts: Object.fromEntries(fills) };
}

function sourceOf(name: string, parts: ReadonlyMap<string, string>): string {
  const source = parts.get(name);
  if (source === undefined) throw new Error(`The mail template has no part named ${name}.`);
  return source;
}

/** `strict`: a misspelt name in a template is an error, not a gap in somebody's mail. */
function compile(source: string, options: CompileOptions): Fill {
  return Handlebars.compile(source, { ...options, strict: true });
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../templates/email/${file}`, import.meta.url));
}

const PART = /<!-- part (\w+) -->\n?([\s\S]*?)<!-- end part -->\n?/g;
