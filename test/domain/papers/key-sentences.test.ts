import { describe, expect, it } from 'vitest';
import type { DisplayFormat } from '../../../src/domain/digests/digest-layout.ts';
import { findKeySentences } from '../../../src/domain/papers/key-sentences.ts';
import { splitSentences } from '../../../src/domain/text/sentences.ts';
import { showAbstract } from '../../../src/domain/text/shown-text.ts';
import { type LabelledAbstract, readLabelledAbstracts } from './labelled-abstracts.ts';

const labelled = readLabelledAbstracts();

describe('findKeySentences', () => {
  it.each<[DisplayFormat]>([['lead'], ['story'], ['darkHorse'], ['brief']])(
    'What the paper does stands in at least 95 %% of the labelled abstracts as a %s',
    (format) => {
      expect(labelled.length).toBeGreaterThan(115);
      const shown = labelled.filter((paper) => showsOneOf(paper, paper.contribution, format));
      expect(shown.length / labelled.length).toBeGreaterThanOrEqual(0.95);
    },
  );

  it('A lead tells a result of most papers that state one', () => {
    const withResult = labelled.filter(({ result }) => result.length > 0);
    const shown = withResult.filter((paper) => showsOneOf(paper, paper.result, 'lead'));
    expect(shown.length / withResult.length).toBeGreaterThan(0.75);
  });

  it('The labelled abstracts are divided where a reader would divide them', () => {
    for (const { sentences, abstract, source } of labelled) {
      if (source === 'seed') continue;
      expect([...splitSentences(abstract)].map(({ text }) => text)).toEqual(sentences);
    }
  });

  it.each([
    ['we', 'Lasers are old. Here we report a laser that needs no mirror. It is small.'],
    ['this paper', 'Lasers are old. This letter proposes a laser without a mirror. It is small.'],
    ['the passive voice', 'Lasers are old. In this paper, a laser without a mirror is proposed.'],
    ['a passive at the end', 'Lasers are useful. A laser that needs no mirror was developed.'],
    ['a clause before', 'Lasers are old. Motivated by optics, we introduce one without mirrors.'],
    ['a purpose', 'Lasers are old. The aim of this study is to build one without a mirror.'],
    ['one author', 'Lasers are old. I show that a laser can do without its mirror.'],
    ['authors in the third person', 'Lasers are old. The authors describe one without a mirror.'],
    ['a survey', 'Lasers are widely used. This article is a review of those without a mirror.'],
    ['a theorem', 'Let X be a laser. We prove that X needs no mirror. The proof is short.'],
    ['the name of the title', 'Lasers are old. GLOW is a laser that does without a mirror.'],
    ['an economist', 'Lasers are dear. Using data of 40 firms, we estimate how taxes change that.'],
    ['a position', 'Lasers are old. This position paper argues that mirrors must go.'],
    ['a study', 'Lasers are old. We conducted a survey among 120 owners of mirrors.'],
    ['two verbs', 'Lasers are old. We study why mirrors break and propose a laser without one.'],
  ])('A contribution is recognised when it is announced by %s', (_how, abstract) => {
    const { sentences, contribution } = findKeySentences({ title: 'GLOW: no mirror', abstract });
    expect(contribution).toBe(1);
    expect(sentences[contribution]).toBe(textAt(abstract, 1));
  });

  it.each([
    ['what others do', 'Existing lasers are proposed with mirrors in many studies of the field.'],
    ['a trial', 'Extensive experiments on five mirrors demonstrate that our laser works.'],
    ['where the code is', 'We release our code at https://github.com/a/b for all lasers.'],
    ['hope', 'We hope that this work inspires others to build lasers without mirrors.'],
    ['an addition', 'Furthermore, we introduce a lens that collects the light of the laser.'],
  ])('The contribution is preferred to %s', (_what, other) => {
    const claim = 'We propose a laser that does without a mirror and costs little.';
    for (const abstract of [`${claim} ${other}`, `${other} ${claim}`]) {
      const { sentences, contribution } = findKeySentences({ title: 'On lasers', abstract });
      expect(sentences[contribution]).toBe(claim);
    }
  });

  it('In a structured abstract the aim is the contribution, and the results have the result', () => {
    const abstract =
      'Background: Stroke is common and often fatal. Objective: To compare drug A with drug B in adults. Methods: We searched four registers for trials. Results: Drug A reduced deaths by 12% (95% CI 4 to 19). Conclusions: Drug A saves lives.';
    const plain = findKeySentences({ title: 'A trial', abstract });
    expect(plain.sentences[plain.contribution]).toMatch(/^Objective: /);
    expect(plain.sentences[plain.result ?? 0]).toMatch(/^Results: /);
    const glued = findKeySentences({ title: 'A trial', abstract: abstract.replaceAll(': ', ' ') });
    expect(glued.sentences[glued.contribution]).toMatch(/^Objective To compare/);
    expect(glued.sentences[glued.result ?? 0]).toMatch(/^Results Drug A/);
  });

  it('An abstract that announces nothing is shown from its beginning', () => {
    const abstract = 'Vortices are pervasive. Superfluids have none of them. Fermions do.';
    expect(findKeySentences({ title: 'Vortices', abstract })).toMatchObject({
      contribution: 0,
      result: null,
    });
    expect(findKeySentences({ title: 'Vortices', abstract: '' }).contribution).toBe(0);
  });

  it('The time is linear in the length, whatever the text repeats', () => {
    const units = ['we ', 'We propose ', 'this paper ', '. ', 'is ', 'w', 'A. We ', '(', 'and '];
    for (const unit of units) {
      const abstract = unit.repeat(20_000 / unit.length);
      const started = performance.now();
      findKeySentences({ title: 'A: b', abstract });
      expect(performance.now() - started).toBeLessThan(1_000);
    }
  });
});

function textAt(abstract: string, index: number): string | undefined {
  return [...splitSentences(abstract)][index]?.text;
}

/** Whether a mail shows one of the sentences, or the number of one of them. */
function showsOneOf(
  { title, abstract, sentences }: LabelledAbstract,
  indexes: readonly number[],
  format: DisplayFormat,
): boolean {
  const { text, figure } = showAbstract({ title, abstract }, format);
  return indexes.some((at) => {
    const sentence = sentences[at] ?? '';
    return text.includes(sentence) || (figure !== null && sentence.includes(figure.quote));
  });
}
