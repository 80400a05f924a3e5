import { load } from 'cheerio';
import { expect, it } from 'vitest';
import { CONSENT_WORDING } from '../../../src/domain/subscribers/consent.ts';
import { loadPages } from '../../../src/http/pages/index.ts';
import { buildFrontView, SITE } from '../../http/pages/view-builders.ts';

it('The consent that is kept holds the words that stand around the button', () => {
  const signUpForm = load(loadPages(SITE).front(buildFrontView()))('#coupon');
  const words = [
    signUpForm.find('.coupon-promise').text(),
    `[${signUpForm.find('button').text()}]`,
    signUpForm.find('.help').last().text(),
  ];
  expect(words.join(' ')).toBe(CONSENT_WORDING.form);
});
