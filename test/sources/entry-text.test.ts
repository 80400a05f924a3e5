import { expect, it } from 'vitest';
import { isWithdrawalNotice, splitAuthorNames } from '../../src/sources/entry-text.ts';

it.each([
  ['This paper has been withdrawn by the author.', true],
  ['[The submission was temporarily withdrawn]', true],
  ['Withdrawn due to an error in Lemma 2', true],
  ['We study papers that have been withdrawn.', false],
])('Whether “%s” is a withdrawal notice: %s', (text, isNotice) => {
  expect(isWithdrawalNotice(text)).toBe(isNotice);
});

it('Author names are split at commas, “and” and semicolons, without affiliations', () => {
  const names = splitAuthorNames('A. Bee (MIT), C. Dee and E. Eff; G. Haa, Jr.,');
  expect(names).toEqual(['A. Bee', 'C. Dee', 'E. Eff', 'G. Haa, Jr.']);
});
