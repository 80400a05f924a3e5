import { load } from 'cheerio';
import { expect, it } from 'vitest';
import { CONSENT_WORDING } from '../../../src/copy/en/pages/sign-up.ts';
import { loadPages } from '../../../src/http/pages/index.ts';
import { buildFrontView, SITE } from '../../http/pages/view-builders.ts';

it('A stored consent contains the text around the sign-up button', () => {
  const signUpForm = load(loadPages(SITE).front(buildFrontView()))('#sign-up');
  const words = [
    signUpForm.find('.sign-up-promise').text(),
    `[${signUpForm.find('button').text()}]`,
    signUpForm.find('.help').last().text(),
  ];
  expect(words.join(' ')).toBe(CONSENT_WORDING.form);
});
