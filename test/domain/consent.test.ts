import { load } from 'cheerio';
import { expect, it } from 'vitest';
import { CONSENT_WORDING } from '../../src/domain/consent.ts';
import { loadPages } from '../../src/http/pages/index.ts';
import { frontView, SITE } from '../http/pages/views.ts';

it('The consent that is kept holds the words that stand around the button', () => {
  const coupon = load(loadPages(SITE).front(frontView()))('#coupon');
  const words = [
    coupon.find('.coupon-promise').text(),
    `[${coupon.find('button').text()}]`,
    coupon.find('.help').last().text(),
  ];
  expect(words.join(' ')).toBe(CONSENT_WORDING.form);
});
