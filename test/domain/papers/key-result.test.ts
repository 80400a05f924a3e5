import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findKeyResult } from '../../../src/domain/papers/key-result.ts';
import { cleanText } from '../../../src/domain/text/clean-text.ts';

describe('findKeyResult', () => {
  it.each([
    [
      'SWAN:',
      '2x',
      'SWAN achieves a 2x speedup by reaching the same evaluation perplexity using half as many tokens',
    ],
    ['Efficient Long', '1.35x', 'DistCA improves end-to-end training throughput by up to 1.35x'],
    [
      'The Pensieve',
      '52%',
      'StateLM achieves up to 52% accuracy, whereas standard LLM counterparts struggle around 5%',
    ],
    [
      'The Residual',
      '42 MB',
      'Over 20 conversation turns, KV-Direct holds peak memory at 42 MB while the standard cache grows past 103 MB.',
    ],
    [
      'DataStates-LLM: Scalable',
      '4×',
      'DataStates-LLM achieves up to 4× higher checkpointing throughput',
    ],
    ['SpecEyes', '1.1-3.35x', 'SpecEyes achieves 1.1-3.35x speedup over the agentic baseline'],
    [
      'Speaking',
      '92.19%',
      'the Thermodynamic Probability Filter (TPF) achieving 92.19% theoretical energy reduction',
    ],
    ['SpAtten', '10.0x', 'SpAtten reduces DRAM access by 10.0x with no accuracy loss'],
    [
      'ZeCO',
      '60%',
      'ZeCO achieves a 60% speedup compared to the current state-of-the-art (SOTA) SP method',
    ],
    ['S0 Tuning', '+10.8 pp', 'outperforms LoRA by +10.8 pp (p < 0.001) on HumanEval'],
  ])('The key result of %s is %s', (title, figure, quote) => {
    expect(findKeyResult(seedAbstract(title))).toEqual({ figure, quote });
  });

  it.each([
    'Reinventing',
    'PAC learning',
    'MELTing',
    'Digital Metabolism',
    '8-bit',
    'Evaluating LLMs',
    'Online Flow',
    'Agents Learn',
  ])('%s has no key result', (title) => {
    expect(findKeyResult(seedAbstract(title))).toBeNull();
  });

  it('About thirty seed papers have a key result, quoted unchanged from the abstract', () => {
    const found = seedPapers().flatMap(({ abstract }) => {
      const figure = findKeyResult(cleanText(abstract));
      return figure ? [{ ...figure, abstract: cleanText(abstract) }] : [];
    });
    expect(found.length).toBeGreaterThanOrEqual(28);
    for (const { figure, quote, abstract } of found) {
      expect(quote).toContain(figure);
      expect(quote.length).toBeLessThanOrEqual(110);
      const at = abstract.indexOf(quote);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(abstract.slice(0, at)).toMatch(/(?:^|[\s("“])$/);
      expect(abstract.slice(at + quote.length)).toMatch(/^(?:$|[\s.,;:)])/);
    }
  });

  it.each([
    '',
    'In 2023, the ICLR 2024 review took 12 months.',
    'We train LLaMA 350M and a model with 7B parameters on 2 TB of data.',
    'The effect is significant (p < 0.05) with a 95% confidence interval.',
    'Existing methods achieve only 50% accuracy on this task.',
    'However, prior systems reach 10x higher latency under load.',
    'Large models are 100x larger than those of ten years ago.',
    'We propose a 2x2 design and a 3x3 convolution that improves results.',
    'It works with only a 1.6% average accuracy drop.',
    'We improve on it [12] and reduce Section 4 of reference 50.',
  ])('A number that is no result is ignored: "%s"', (abstract) => {
    expect(findKeyResult(abstract)).toBeNull();
  });

  it('Hostile text takes linear time', () => {
    const units = [
      'achieves 2x speedup ',
      '1.',
      '1',
      ', ',
      '(',
      'that ',
      'It achieves 2x speedup. ',
    ];
    for (const unit of units) {
      const started = performance.now();
      findKeyResult(unit.repeat(200_000 / unit.length));
      expect(performance.now() - started).toBeLessThan(1_000);
    }
  });
});

interface SeedPaper {
  title: string;
  abstract: string;
}

function seedPapers(): SeedPaper[] {
  return JSON.parse(readFileSync(new URL('../../../seeds/papers.json', import.meta.url), 'utf8'));
}

function seedAbstract(title: string): string {
  const paper = seedPapers().find((candidate) => candidate.title.startsWith(title));
  if (!paper) throw new Error(`No seed paper's title starts with "${title}"`);
  return cleanText(paper.abstract);
}
