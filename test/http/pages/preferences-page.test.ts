import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { loadPages } from '../../../src/http/pages/index.ts';
import { preferencesView, SITE } from './views.ts';

const pages = loadPages(SITE);
const preferences = (changes: Parameters<typeof preferencesView>[0] = {}) =>
  load(pages.preferences(preferencesView(changes)));

describe('The preferences page', () => {
  it('states the delivery in one sentence', () => {
    expect(preferences()('.statement').text()).toBe(
      'Ten papers on weekdays at 07:00 Berlin time, from two topics and two words. The next edition comes on Monday, 11 May 2026.',
    );
  });

  it('says every topic when none is followed and leaves out absent words', () => {
    const { preferences: chosen } = preferencesView();
    const $ = preferences({
      preferences: { ...chosen, topics: [], keywords: [], frequency: 'weekly', papers: 1 },
      nextEditionOn: null,
    });
    expect($('.statement').text()).toBe(
      'One paper on Mondays at 07:00 Berlin time, from every topic.',
    );
  });

  it('posts every preference to its own address', () => {
    const $ = preferences();
    const form = $('#preferences-form');
    expect(form.attr('method')).toBe('post');
    expect(form.attr('action')).toBe('/daily/preferences/a-token');
    expect($('.save-bar button').attr('form')).toBe('preferences-form');
    const names = form
      .find('[name]')
      .toArray()
      .map((field) => $(field).attr('name'));
    expect(new Set(names)).toEqual(
      new Set(['topics', 'keywords', 'frequency', 'hour', 'timezone', 'papers']),
    );
  });

  it('shows what is chosen', () => {
    const $ = preferences();
    const followed = $('input[name="topics"][checked]').toArray();
    expect(followed.map((box) => $(box).attr('value'))).toEqual(['topic-1', 'topic-2']);
    expect($('#keywords').val()).toBe('stateless\nTencent');
    expect($('input[name="frequency"][checked]').attr('value')).toBe('weekdays');
    expect($('#timezone option[selected]').text()).toBe('Europe/Berlin');
    expect($('input[name="papers"][checked]').attr('value')).toBe('10');
  });

  it('keeps a number of papers that is none of the usual ones', () => {
    const { preferences: chosen } = preferencesView();
    const $ = preferences({ preferences: { ...chosen, papers: 7 } });
    const counts = $('input[name="papers"]').toArray();
    expect(counts.map((radio) => $(radio).attr('value'))).toEqual([
      '3',
      '5',
      '7',
      '10',
      '15',
      '20',
    ]);
    expect($('input[name="papers"][checked]').attr('value')).toBe('7');
  });

  it('keeps a time zone that this machine does not know', () => {
    const { preferences: chosen } = preferencesView();
    const $ = preferences({ preferences: { ...chosen, timezone: 'Europe/Atlantis' } });
    expect($('#timezone').val()).toBe('Europe/Atlantis');
  });

  it('asks for export and erasure in forms of their own', () => {
    const $ = preferences();
    const actions = $('#your-data form').toArray();
    expect(actions.map((form) => [$(form).attr('method'), $(form).attr('action')])).toEqual([
      ['post', '/daily/preferences/a-token/export'],
      ['post', '/daily/preferences/a-token/erase'],
    ]);
    expect($('form form').length).toBe(0);
  });

  it('opens the section whose field was refused', () => {
    const $ = preferences({ problems: { keywords: 'At most 20 words.' } });
    expect($('#words').attr('open')).toBeDefined();
    expect($('#when').attr('open')).toBeUndefined();
    expect($('#keywords').attr('aria-describedby')).toBe('keywords-problem');
    expect($('[role="alert"]').text()).toContain('Nothing was saved');
  });

  it('says that it saved, and only then', () => {
    expect(preferences({ saved: true })('[role="status"]').text()).toBe('Saved.');
    expect(preferences()('[role="status"]').length).toBe(0);
  });

  it.each(['pending', 'paused', 'unsubscribed'] as const)(
    'tells a %s reader that nothing is sent, and the way back',
    (status) => {
      const $ = preferences({ status, nextEditionOn: null });
      expect($('.status').text()).toMatch(/nothing is sent/i);
      expect($('.status a').attr('href')).toBe('/daily/#coupon');
      expect($('.statement').text()).toMatch(/^Your choice: ten papers/);
    },
  );
});
