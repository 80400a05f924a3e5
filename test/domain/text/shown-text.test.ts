import { describe, expect, it } from 'vitest';
import { DISPLAY_FORMATS } from '../../../src/domain/digests/digest-layout.ts';
import { showAbstract } from '../../../src/domain/text/shown-text.ts';
import { readLabelledAbstracts } from '../papers/labelled-abstracts.ts';

describe('showAbstract', () => {
  it('Only whole sentences of the abstract are shown, in its order and none twice', () => {
    for (const { title, abstract, sentences } of readLabelledAbstracts()) {
      for (const format of DISPLAY_FORMATS) {
        const { text } = showAbstract({ title, abstract }, format);
        const shown = sentences.filter((sentence) => text.includes(sentence));
        expect(text).toBe(shown.join(' '));
        expect(shown.length).toBeLessThanOrEqual(format === 'brief' ? 1 : 3);
      }
    }
  });

  it('A number that stands beside the text is large and does not stand in the text, too', () => {
    const figures: string[] = [];
    for (const { title, abstract } of readLabelledAbstracts()) {
      for (const format of ['lead', 'story', 'darkHorse'] as const) {
        const { text, figure } = showAbstract({ title, abstract }, format);
        if (figure === null) continue;
        expect(abstract).toContain(figure.quote);
        expect(text).not.toContain(figure.quote);
        figures.push(figure.figure);
      }
    }
    expect(figures).toContain('52%');
    expect(figures).not.toContain('0.7%');
    expect(figures).not.toContain('1.9x');
  });

  it('A lead goes on with the next sentences where no result is told', () => {
    const abstract = 'Lasers are bright. Mirrors are dull. Lenses are clear. Prisms are not.';
    const paper = { title: 'Optics', abstract };
    expect(showAbstract(paper, 'lead').text).toBe(abstract.replace(' Prisms are not.', ''));
    expect(showAbstract(paper, 'story').text).toBe('Lasers are bright. Mirrors are dull.');
    expect(showAbstract(paper, 'brief').text).toBe('Lasers are bright.');
  });

  it('A contribution that is too long is shown all the same, alone', () => {
    const claim = `We propose ${'a very long list of things and '.repeat(20)}more.`;
    const paper = { title: 'Things', abstract: `Things are many. ${claim} It is short.` };
    for (const format of DISPLAY_FORMATS) expect(showAbstract(paper, format).text).toBe(claim);
  });
});
