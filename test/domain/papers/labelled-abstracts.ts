import { readFileSync } from 'node:fs';
import { cleanText } from '../../../src/domain/text/clean-text.ts';
import { splitSentences } from '../../../src/domain/text/sentences.ts';

/**
 * An abstract whose sentences were read and labelled by hand: those that state the contribution,
 * those that state a result. Abstracts on arXiv are in the public domain (CC0).
 */
export interface LabelledAbstract {
  source: 'seed' | 'arxiv';
  title: string;
  abstract: string;
  sentences: readonly string[];
  /** Indexes of sentences. */
  contribution: readonly number[];
  result: readonly number[];
}

interface LabelledLine {
  title: string;
  contribution: number[];
  result: number[];
  /** Absent for seed papers, whose abstracts are in `seeds/papers.json`. */
  sentences?: string[];
}

/** All labelled abstracts, cleaned as sources clean them. */
export function readLabelledAbstracts(): LabelledAbstract[] {
  const file = readFileSync(new URL('./labelled-abstracts.jsonl', import.meta.url), 'utf8');
  const lines: LabelledLine[] = file
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const seeds = readSeedAbstracts();
  return lines.map(({ sentences, title, ...labels }) => {
    const abstract = cleanText(sentences?.join(' ') ?? seeds.get(title) ?? '');
    const cleaned = sentences?.map(cleanText) ?? [...splitSentences(abstract)].map(textOf);
    const source = sentences === undefined ? 'seed' : 'arxiv';
    return { ...labels, source, title: cleanText(title), abstract, sentences: cleaned };
  });
}

function readSeedAbstracts(): Map<string, string> {
  const file = readFileSync(new URL('../../../seeds/papers.json', import.meta.url), 'utf8');
  const papers: { title: string; abstract: string }[] = JSON.parse(file);
  return new Map(papers.map(({ title, abstract }) => [title, abstract]));
}

function textOf({ text }: { text: string }): string {
  return text;
}
