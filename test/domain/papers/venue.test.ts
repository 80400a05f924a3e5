import { describe, expect, it } from 'vitest';
import { readVenue } from '../../../src/domain/papers/venue.ts';

const ofComment = (comment: string) => readVenue({ comment, journalRef: '' });

describe('readVenue', () => {
  it.each([
    ['Accepted at ICML 2026', 'ICML 2026'],
    ['Accepted to NeurIPS 2025 (oral)', 'NeurIPS 2025'],
    ['10 pages, 4 figures, NeurIPS 2025', 'NeurIPS 2025'],
    ['CPAL 2026 oral', 'CPAL 2026'],
    ['Accepted by CVPR26', 'CVPR 2026'],
    ["To appear at ICLR'26; code at https://example.org", 'ICLR 2026'],
    [
      '19 pages, 6 figures. Accepted for publication at AAAI 2026 (40th AAAI Conference)',
      'AAAI 2026',
    ],
    ['Accepted as a conference paper at ICLR 2026', 'ICLR 2026'],
    ['Findings of ACL 2025', 'Findings of ACL 2025'],
    [
      'Accepted at the NeurIPS 2025 Workshop on Machine Learning for Systems',
      'NeurIPS 2025 Workshop on Machine Learning for Systems',
    ],
    ['Accepted by IoTJ', 'IoTJ'],
    ['6 pages, 4 figures, accepted by PRA', 'PRA'],
    ['7 pages, 6 figures, accepted for publication in Phys. Rev. A', 'Phys. Rev. A'],
    ['To appear in Graphs and Combinatorics', 'Graphs and Combinatorics'],
    ['20 pages, 13 figures, to be published in PRB', 'PRB'],
    ['26 pages, accepted at Soft Computing', 'Soft Computing'],
    ['Accepted in Rocky Mountain Journal of mathematics', 'Rocky Mountain Journal of mathematics'],
    [
      'Accepted to the 2026 IEEE International Conference on Robotics',
      '2026 IEEE International Conference on Robotics',
    ],
    [
      'Published in Transactions on Machine Learning Research, 24 pages',
      'Transactions on Machine Learning Research',
    ],
  ])('The comment “%s” gives the venue “%s”', (comment, venue) => {
    expect(ofComment(comment)).toBe(venue);
  });

  it.each([
    '',
    '37 pages, 15 figures; published version',
    'Submitted to ICML 2026',
    'This work has been submitted to the IEEE for possible publication',
    'Under review at NeurIPS 2026',
    'Preprint submitted to Advances in Space Research',
    'Extended version of our ICML 2024 paper',
    '15 pages, 9 figures, shortened version in BigData 2025',
    'An earlier version appeared at CVPR 2023',
    'NeurIPS 2025 competition report',
    'Published in 2008',
    'accepted manuscript',
    'Accepted by the authors',
    'invited talk at the First GLAST Symposium, to appear in the proceedings',
    'Typos corrected to match published version',
    'Code: https://github.com/icml2026/thing',
    'Not accepted at ICLR 2026',
    'Rejected by ICML 2025, resubmitted',
  ])('The comment “%s” gives none', (comment) => {
    expect(ofComment(comment)).toBeNull();
  });

  it('A journal reference is the venue as it is, the first of several, and stronger than a comment', () => {
    const comment = 'Accepted at ICML 2026';
    expect(readVenue({ comment, journalRef: 'Phys.Rev.D76:013009,2007' })).toBe(
      'Phys.Rev.D76:013009,2007',
    );
    expect(
      readVenue({ comment, journalRef: 'Phys.Part.Nucl.Lett.4:11-17,2007;\n  JETP 2007' }),
    ).toBe('Phys.Part.Nucl.Lett.4:11-17,2007');
    expect(readVenue({ comment, journalRef: ' ' })).toBe('ICML 2026');
    expect(readVenue({ comment, journalRef: 'x'.repeat(500) })).toBe('ICML 2026');
  });

  it('The time is linear in the length', () => {
    for (const unit of [
      'accepted ',
      'as a ',
      'ICML ',
      ', ',
      'in the ',
      'NeurIPS 2025 Workshop on ',
    ]) {
      const started = performance.now();
      ofComment(unit.repeat(100_000 / unit.length));
      expect(performance.now() - started).toBeLessThan(500);
    }
  });
});
