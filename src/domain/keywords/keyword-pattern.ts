import { foldPlural } from '../ranking/terms.ts';
import { isUnspaced, listWords, WORD_CHARACTER } from './words.ts';

/** How a paper mentions a keyword. */
export interface KeywordMatch {
  /** The words as they stand in the title or abstract, letter for letter. */
  quote: string;
  /** 0 to 1: 1 for a mention in the title, else more the more often the abstract mentions it. */
  strength: number;
}

/** A keyword, ready to be looked for. */
interface KeywordPattern {
  /** Its words in lower case, plurals folded. A text that mentions it has all of them. */
  words: readonly string[];
  /** How a text mentions the keyword; null if it does not. */
  find(paper: { title: string; abstract: string }): KeywordMatch | null;
}

/**
 * The pattern of a keyword, which is found literally and as a whole: `tool use` is found in `Tool
 * use` and `tool-use`, but not in `tools are used` or `fool use`. Only the last word may differ in
 * number: `world model` is found in `world models`. Null when it contains no word.
 */
export function createKeywordPattern(keyword: string): KeywordPattern | null {
  const literal = stripQuotes(keyword);
  const found = listWords(literal);
  if (found.length === 0) return null;
  const pattern = new RegExp(formatPattern(literal, found), 'giu');
  return {
    words: found.map(({ word }) => foldPlural(word.toLowerCase())),
    find: ({ title, abstract }) => {
      const inTitle = findMentions(title, pattern);
      const mentions = [...inTitle, ...findMentions(abstract, pattern)];
      if (mentions.length === 0) return null;
      return {
        quote: chooseQuote(mentions, literal),
        strength: inTitle.length > 0 ? 1 : strengthInAbstract(mentions.length),
      };
    },
  };
}

/** A keyword as a full-text search for papers that may mention it. */
export interface SearchWords {
  text: string;
  /** Whether the words must stand side by side. */
  isPhrase: boolean;
}

/** Full-text search knows words of letters best: it glues others to their neighbours (`GPT-4`). */
export function toSearchWords(keyword: string): SearchWords {
  const words = listWords(keyword).map(({ word }) => word);
  const ofLetters = words.filter((word) => LETTERS_ONLY.test(word));
  return {
    text: (ofLetters.length === 0 ? words : ofLetters).join(' '),
    isPhrase: ofLetters.length === words.length,
  };
}

/** Quotes asked for the words as a phrase in many search engines; here every keyword is one. */
function stripQuotes(keyword: string): string {
  return keyword.replace(/^[\s"“”„«»'‘’]+|[\s"“”„«»'‘’.,;:!?]+$/gu, '');
}

/** Without properties such as `\p{L}`: compiling them for every keyword would take longest. */
function formatPattern(literal: string, found: ReturnType<typeof listWords>): string {
  let end = 0;
  const parts = found.map(({ word, start }, at) => {
    const gap = formatGap(literal.slice(end, start));
    end = start + word.length;
    return gap + (at === found.length - 1 ? formatNumberForms(word) : escapePattern(word));
  });
  return parts.join('') + formatGap(literal.slice(end));
}

/** Spaces and hyphens mean the same; every other character is literal. */
function formatGap(gap: string): string {
  if (JOINT_ONLY.test(gap)) return `${JOINT}+`;
  return gap
    .split(JOINTS)
    .map((literal) => literal.split(APOSTROPHE).map(escapePattern).join(ANY_APOSTROPHE))
    .join(`${JOINT}*`);
}

/** The singular and the plural of a word. */
function formatNumberForms(word: string): string {
  const lower = word.toLowerCase();
  const singular = foldPlural(lower);
  const forms = new Set([
    lower,
    ...[singular, `${singular}s`, `${singular}es`, `${singular.slice(0, -1)}ies`].filter(
      (form) => foldPlural(form) === singular,
    ),
  ]);
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return `(?:${longestFirst.map(escapePattern).join('|')})`;
}

/** The mentions in a text that do not begin or end inside a word. */
function findMentions(text: string, pattern: RegExp): string[] {
  const mentions: string[] = [];
  for (const { 0: mention, index } of text.matchAll(pattern)) {
    const end = index + mention.length;
    if (isInsideWord(text, index) || isInsideWord(text, end)) continue;
    mentions.push(mention);
    if (mentions.length === MAX_COUNTED_MENTIONS) break;
  }
  return mentions;
}

/** Whether the characters before and at `position` belong to one word. */
function isInsideWord(text: string, position: number): boolean {
  const before = characterBefore(text, position);
  const at = text.codePointAt(position);
  if (before === undefined || at === undefined) return false;
  const pair = [before, String.fromCodePoint(at)];
  return pair.every((character) => WORD_CHARACTER.test(character)) && !pair.some(isUnspaced);
}

function characterBefore(text: string, position: number): string | undefined {
  return [...text.slice(Math.max(0, position - 2), position)].at(-1);
}

/** Preferably in the spelling of the keyword. */
function chooseQuote(mentions: readonly string[], literal: string): string {
  const lower = literal.toLowerCase();
  return (
    mentions.find((mention) => mention === literal) ??
    mentions.find((mention) => mention.toLowerCase() === lower) ??
    mentions[0] ??
    literal
  );
}

function strengthInAbstract(mentions: number): number {
  return 0.6 + 0.1 * Math.min(mentions, MAX_COUNTED_MENTIONS);
}

function escapePattern(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

const MAX_COUNTED_MENTIONS = 3;

const LETTERS_ONLY = /^[\p{L}\p{M}]+$/u;

const JOINT = '[\\s\\-‐‑‒–]';
const JOINTS = new RegExp(`${JOINT}+`, 'u');
const JOINT_ONLY = new RegExp(`^${JOINT}+$`, 'u');
const APOSTROPHE = /['’]/u;
const ANY_APOSTROPHE = "['’]";
