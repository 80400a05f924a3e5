import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DISPLAY_FORMATS } from '../../../src/domain/digests/digest-layout.ts';
import { countShownWords } from '../../../src/domain/digests/reading-time.ts';
import { createLinks } from '../../../src/domain/links/links.ts';
import { toPaper } from '../../../src/domain/papers/merge-paper.ts';
import { parsePaper } from '../../../src/domain/papers/paper-input.ts';
import { createPaperEmailView } from '../../../src/mail/templates/paper-email-view.ts';
import { buildRankedPaper } from '../builders.ts';

const links = createLinks('https://papers.example.org');
const ABSTRACT =
  'Training is slow. We present CAD. CAD improves end-to-end training throughput by up to 1.35x on 512 GPUs.';

describe('viewPaper', () => {
  it('splits the title and names its source', () => {
    const view = createPaperEmailView(
      buildRankedPaper({ title: 'SWAN: SGD with Whitening' }),
      'lead',
      links,
    );
    expect(view).toMatchObject({
      name: 'SWAN',
      deck: 'SGD with Whitening',
      title: 'SWAN: SGD with Whitening',
    });
    expect(view.source).toEqual({ name: 'arXiv', url: 'https://arxiv.org/abs/2605.10000' });
  });

  it('names another source by its host', () => {
    const view = createPaperEmailView(
      buildRankedPaper({ url: 'https://www.example.com/p/1' }),
      'story',
      links,
    );
    expect(view.source?.name).toBe('example.com');
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'not an address',
    `https://a.org/${'x'.repeat(900)}`,
  ])('links to our own page instead of %.30s', (url) => {
    const view = createPaperEmailView(buildRankedPaper({ url, codeUrl: url }), 'story', links);
    expect(view).toMatchObject({
      url: 'https://papers.example.org/papers/2605.10000',
      source: null,
      codeUrl: null,
    });
  });

  it('shows in brief the sentence that holds the figure', () => {
    const view = createPaperEmailView(buildRankedPaper({ abstract: ABSTRACT }), 'brief', links);
    expect(view.text).toBe(
      'CAD improves end-to-end training throughput by up to 1.35x on 512 GPUs.',
    );
    expect(view).toMatchObject({ isFigureInText: true, after: ' on 512 GPUs.' });
    expect(view.before + view.figure?.figure + view.after).toBe(view.text);
  });

  it('lets the lead begin as the abstract does, and a story where it says what is new', () => {
    const text = (form: 'lead' | 'story') =>
      createPaperEmailView(buildRankedPaper({ abstract: ABSTRACT }), form, links).text;
    expect(text('lead')).toBe(ABSTRACT);
    expect(text('story')).toBe(ABSTRACT.replace('Training is slow. ', ''));
  });

  it('does not start with a sentence that refers to the one before', () => {
    const abstract = 'Training is slow. To solve this, we propose CAD. It works.';
    expect(createPaperEmailView(buildRankedPaper({ abstract }), 'brief', links).text).toBe(
      'Training is slow.',
    );
  });

  it('shows a paper without a title by its id', () => {
    expect(createPaperEmailView(buildRankedPaper({ title: '\u202e ' }), 'lead', links).name).toBe(
      '2605.10000',
    );
  });

  it('shows as many words as minutes are filled with', () => {
    const seeds = JSON.parse(readFileSync('seeds/papers.json', 'utf8')) as object[];
    for (const seed of seeds) {
      const each = toPaper(parsePaper(seed, { source: 'file', today: '2026-05-08' }));
      for (const form of DISPLAY_FORMATS) {
        expect([form, each.title, createPaperEmailView(each, form, links).wordCount]).toEqual([
          form,
          each.title,
          countShownWords(each, form),
        ]);
      }
    }
  });
});
