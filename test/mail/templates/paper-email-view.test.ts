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

describe('A paper in an email', () => {
  it('The title is divided into name and deck, and the source is named', () => {
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
    expect(view.links).toEqual([
      { text: 'arXiv', url: 'https://arxiv.org/abs/2605.10000', label: 'SWAN' },
    ]);
  });

  it('Another source is named by its host', () => {
    const view = createPaperEmailView(
      buildRankedPaper({ url: 'https://www.example.com/p/1' }),
      'story',
      links,
    );
    expect(view.links[0]?.text).toBe('example.com');
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'not an address',
    `https://a.org/${'x'.repeat(900)}`,
  ])('Our own page is linked instead of %.30s', (url) => {
    const paper = buildRankedPaper({ id: 'acl:2024.1', url, codeUrl: url });
    expect(createPaperEmailView(paper, 'story', links)).toMatchObject({
      url: links.paper('acl:2024.1'),
      links: [],
      codeUrl: null,
    });
  });

  it('A brief shows the sentence with the contribution, and sets its number in bold', () => {
    const abstract =
      'Training is slow. We present CAD, which improves training throughput by up to 7x on 512 GPUs.';
    const view = createPaperEmailView(buildRankedPaper({ abstract }), 'brief', links);
    expect(view.text).toBe(abstract.replace('Training is slow. ', ''));
    expect(view).toMatchObject({ isFigureInText: true, after: ' on 512 GPUs.' });
    expect(view.before + view.figure?.figure + view.after).toBe(view.text);
  });

  it('A lead and a story tell the contribution and its result, and leave the background out', () => {
    for (const form of ['lead', 'story'] as const) {
      const view = createPaperEmailView(buildRankedPaper({ abstract: ABSTRACT }), form, links);
      expect(view.text).toBe(ABSTRACT.replace('Training is slow. ', ''));
      expect(view.figure).toBeNull();
    }
  });

  it('A large number stands beside the text, which then leaves its sentence out', () => {
    const abstract = ABSTRACT.replace('1.35x', '7x');
    const view = createPaperEmailView(buildRankedPaper({ abstract }), 'story', links);
    expect(view.text).toBe('We present CAD.');
    expect(view.figure).toMatchObject({ figure: '7x' });
  });

  it('A paper without a title is named by its id', () => {
    expect(createPaperEmailView(buildRankedPaper({ title: '\u202e ' }), 'lead', links).name).toBe(
      '2605.10000',
    );
  });

  it('The words of a paper are counted as for its reading time', () => {
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
