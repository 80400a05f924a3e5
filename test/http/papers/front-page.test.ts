import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { loadPages } from '../../../src/http/pages/index.ts';
import {
  buildFrontView,
  buildPaperView,
  buildPaperViews,
  buildSignUpForm,
  SITE,
  TIMEZONES,
} from '../pages/view-builders.ts';

const pages = loadPages(SITE);
const front = (changes: Parameters<typeof buildFrontView>[0] = {}) =>
  load(pages.front(buildFrontView(changes)));

describe('The front page', () => {
  it('The front page stays below 60 KB with 49 papers and every time zone', () => {
    expect(Buffer.byteLength(pages.front(buildFrontView()))).toBeLessThan(60_000);
  });

  it('The front page has a lead, three stories and a list of fourteen papers', () => {
    const $ = front();
    expect($('.lead h2').text()).toContain('Paper 0');
    expect($('.story').length).toBe(3);
    expect($('.paper-list li').length).toBe(14);
  });

  it('The front page links to the papers that it has no room for', () => {
    const $ = front();
    expect($('.remaining-link').text()).toBe('The other 31 papers of 8 May 2026');
    expect($('.remaining-link a').attr('href')).toBe('/daily/papers?date=2026-05-08');
  });

  it('The front page has no such link when it shows all papers', () => {
    expect(front({ papers: buildPaperViews(3), total: 3 })('.remaining-link').length).toBe(0);
  });

  it('The form of a private site says that nobody else can sign up', () => {
    const sentence = 'so nobody else can sign up.';
    expect(front()('.sign-up').text()).not.toContain(sentence);
    const form = buildSignUpForm({ isPrivate: true });
    expect(front({ form })('.sign-up').text()).toContain(sentence);
  });

  it('The lead’s whole title is in one heading and one link', () => {
    const $ = front({
      papers: [buildPaperView({ title: 'FASER: Fine-Grained Phases' })],
      total: 1,
    });
    expect($('.lead h2 a').text()).toBe('FASER: Fine-Grained Phases');
  });

  it('The link to a paper keeps the slash of an old arXiv id', () => {
    const $ = front({ papers: [buildPaperView({ id: 'math.GT/0309136' })], total: 1 });
    expect($('.lead h2 a').attr('href')).toBe('/daily/papers/math.GT/0309136');
  });

  it('A lead without an address links to an arXiv search for its title', () => {
    const $ = front({ papers: [buildPaperView({ id: 'seed:1', url: null, title: 'A & B' })] });
    const link = $('.lead .byline a');
    expect(link.attr('href')).toBe('https://arxiv.org/search/?query=A+%26+B&searchtype=title');
  });

  it('The lead shows its key result with the phrase around it', () => {
    const abstract = 'We propose CAD. It improves end-to-end training throughput by up to 7x.';
    const $ = front({ papers: [buildPaperView({ abstract })] });
    expect($('.figure strong').text()).toBe('7x');
    expect(abstract).toContain($('.figure q').text());
    expect($('.lead-text').text()).toBe('We propose CAD.');
  });

  it('The week marks the shown day and links the days before it', () => {
    const $ = front();
    expect($('.week [aria-current="date"]').text()).toMatch(/Fri 8 May\s+44 papers/);
    expect($('.week li a').length).toBe(4);
    expect($('.week li a').first().attr('href')).toBe('/daily/papers?date=2026-05-04');
    expect($('.week .near').length).toBe(3);
    expect($('.week .future').first().text()).toMatch(/Sat 9\s+tomorrow/);
  });

  it('The front page links to the day before and the week before', () => {
    const $ = front();
    expect($('.week a[rel="prev"]').attr('href')).toBe('/daily/papers?date=2026-05-01');
    expect($('.week a[rel="next"]').length).toBe(0);
    expect($('.pager a[rel="prev"]').text()).toBe('Thursday, 7 May 2026');
    expect($('.pager a[rel="next"]').length).toBe(0);
  });

  it('The front page links to its sign-up form at the top', () => {
    const $ = front();
    expect($('.top-action').attr('href')).toBe('#sign-up');
    expect($('#sign-up').length).toBe(1);
  });

  it('The front page has the sign-up form before there are papers', () => {
    const $ = front({ papers: [], total: 0, isEmpty: true });
    expect($('.lead h2').text()).toBe('No papers yet');
    expect($('#sign-up form').length).toBe(1);
  });
});

describe('The sign-up form', () => {
  it('The sign-up form posts the fields of a sign-up', () => {
    const $ = front();
    const form = $('#sign-up form');
    expect(form.attr('method')).toBe('post');
    expect(form.attr('action')).toBe('/daily/subscribe');
    const names = form
      .find('[name]')
      .toArray()
      .map((field) => $(field).attr('name'));
    expect(new Set(names)).toEqual(
      new Set(['email', 'topics', 'frequency', 'hour', 'timezone', 'papers']),
    );
  });

  it('The sign-up form offers every hour, time zone, frequency and topic', () => {
    const $ = front();
    expect($('#hour option').length).toBe(24);
    expect($('#hour option[selected]').text()).toBe('07:00');
    expect($('#timezone option').length).toBe(TIMEZONES.length);
    expect($('#frequency option').length).toBe(3);
    expect($('#papers option[selected]').attr('value')).toBe('10');
    expect($('#sign-up input[name="topics"]').length).toBe(21);
    expect($('#sign-up details input[name="topics"]').length).toBe(15);
  });

  it('A refused sign-up form keeps its values and shows the problem beside the field', () => {
    const { values } = buildSignUpForm();
    const $ = front({
      form: buildSignUpForm({
        values: { ...values, email: 'ada@example', topics: ['topic-9'], hour: 22 },
        problems: { email: '“ada@example” lacks the part after the dot. Nothing was sent.' },
      }),
    });
    expect($('#email').attr('value')).toBe('ada@example');
    expect($('#email').attr('aria-invalid')).toBe('true');
    expect($('#email-problem').text()).toContain('lacks the part after the dot');
    expect($('#hour option[selected]').attr('value')).toBe('22');
    expect($('input[name="topics"][checked]').attr('value')).toBe('topic-9');
    expect($('#sign-up details').attr('open')).toBeDefined();
  });

  it('The sign-up form guesses the time zone only before it was submitted', () => {
    expect(front()('[data-guess-zone]').length).toBe(1);
    const refused = buildSignUpForm({ problems: { email: 'No.' } });
    expect(front({ form: refused })('[data-guess-zone]').length).toBe(0);
  });
});
