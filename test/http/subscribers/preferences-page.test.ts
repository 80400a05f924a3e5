import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { loadPages } from '../../../src/http/pages/index.ts';
import { buildPreferencesView, SITE, TOPICS } from '../pages/view-builders.ts';

const pages = loadPages(SITE);
const preferences = (changes: Parameters<typeof buildPreferencesView>[0] = {}) =>
  load(pages.preferences(buildPreferencesView(changes)));

describe('buildPreferencesPage', () => {
  it('The settings page sums up the settings in one sentence', () => {
    expect(preferences()('.statement').text()).toBe(
      'Ten papers on weekdays at 07:00 Berlin time, from two topics and two keywords. Next digest: Monday, 11 May 2026.',
    );
  });

  it('The summary says every topic when none is followed and omits empty lists', () => {
    const { preferences: chosen } = buildPreferencesView();
    const $ = preferences({
      preferences: { ...chosen, topics: [], keywords: [], frequency: 'weekly', papers: 1 },
      nextDigestOn: null,
    });
    expect($('.statement').text()).toBe(
      'One paper on Mondays at 07:00 Berlin time, from all topics.',
    );
  });

  it('The settings form posts every preference to its own address', () => {
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
      new Set([
        ...TOPICS.map(({ slug }) => `topic-${slug}`),
        ...[
          'topics_only',
          'shows_summaries',
          'keywords',
          'remove_keywords',
          'names',
          'frequency',
          'hour',
          'timezone',
        ],
        ...['papers', 'minutes', 'relevance_threshold', 'paused_until', 'clicks', 'open', 'shown'],
      ]),
    );
  });

  it('The settings form shows the stored choices', () => {
    const $ = preferences();
    const followed = $('input[value="follow"][checked]').toArray();
    expect(followed.map((radio) => $(radio).attr('name'))).toEqual([
      'topic-topic-1',
      'topic-topic-2',
    ]);
    expect($('input[value="neither"][checked]').length).toBe(TOPICS.length - 2);
    expect($('.phrase-text').text()).toBe('statelessTencent');
    expect($('.phrase-count').first().text()).toBe('≈ 4 papers a week');
    expect($('input[name="relevance_threshold"][checked]').attr('value')).toBe('low');
    expect($('input[value="yes"][checked]').attr('name')).toBe('shows_summaries');
    expect($('input[value="yes"][checked]').length).toBe(1);
    expect($('input[name="frequency"][checked]').attr('value')).toBe('weekdays');
    expect($('#timezone option[selected]').text()).toBe('Europe/Berlin');
    expect($('input[name="papers"][checked]').attr('value')).toBe('10');
  });

  it('An unusual number of papers is among the options', () => {
    const { preferences: chosen } = buildPreferencesView();
    const $ = preferences({ preferences: { ...chosen, papers: 7 } });
    const counts = $('input[name="papers"]').toArray();
    expect(counts.map((radio) => $(radio).attr('value'))).toEqual([
      '3',
      '5',
      '7',
      '10',
      '15',
      '20',
      'minutes',
    ]);
    expect($('input[name="papers"][checked]').attr('value')).toBe('7');
  });

  it('A time zone that this machine lacks is among the options', () => {
    const { preferences: chosen } = buildPreferencesView();
    const $ = preferences({ preferences: { ...chosen, timezone: 'Europe/Atlantis' } });
    expect($('#timezone').val()).toBe('Europe/Atlantis');
  });

  it('Export and erasure have their own forms', () => {
    const $ = preferences();
    const actions = $('#your-data form').toArray();
    expect(actions.map((form) => [$(form).attr('method'), $(form).attr('action')])).toEqual([
      ['post', '/daily/preferences/a-token/export'],
      ['post', '/daily/preferences/a-token/erase'],
    ]);
    expect($('form form').length).toBe(0);
  });

  it('The section of a rejected field is open', () => {
    const $ = preferences({ problems: { keywords: 'At most 20 keywords.' } });
    expect($('#phrases').attr('open')).toBeDefined();
    expect($('#when').attr('open')).toBeUndefined();
    expect($('#keywords').attr('aria-describedby')).toBe('keywords-problem');
    expect($('[role="alert"]').text()).toContain('Nothing was saved');
  });

  it('The page says that it saved only after saving', () => {
    expect(preferences({ isSaved: true })('[role="status"]').text()).toBe('Saved.');
    expect(preferences()('[role="status"]').length).toBe(0);
  });

  it('The summary names every setting with a link to its section', () => {
    const { preferences: chosen } = buildPreferencesView();
    const $ = preferences({
      preferences: {
        ...chosen,
        minutes: 5,
        names: ['Tencent'],
        mutedTopics: ['topic-3', 'topic-4'],
        relevanceThreshold: 'middle',
      },
      nextDigestOn: null,
    });
    expect($('.statement').text()).toBe(
      'Five minutes of reading on weekdays at 07:00 Berlin time, from two topics, two keywords and one name, never on Topic number 3 & more and Topic number 4 & more, when one stands out.',
    );
    const targets = $('.statement a')
      .toArray()
      .map((link) => $(link).attr('href') ?? '');
    expect(targets.filter((target) => $(target).length !== 1)).toEqual([]);
    expect($('input[name="papers"][checked]').attr('value')).toBe('minutes');
    expect($('select[name="minutes"]').val()).toBe('5');
    expect($('input[value="mute"][checked]').length).toBe(2);
  });

  it('A topic that is followed and muted is shown as muted', () => {
    const { preferences: chosen } = buildPreferencesView();
    const $ = preferences({ preferences: { ...chosen, mutedTopics: ['topic-1'] } });
    const radios = $('input[name="topic-topic-1"][checked]').toArray();
    expect(radios.map((radio) => $(radio).attr('value'))).toEqual(['mute']);
  });

  it('A paused subscriber sees the end of the pause and a button to resume', () => {
    const $ = preferences({ status: 'paused', pausedUntil: '2026-05-20', nextDigestOn: null });
    expect($('.status').text()).toBe('Paused until Wednesday, 20 May 2026.');
    expect($('#paused_until').val()).toBe('2026-05-20');
    const ways = $('[action$="/resume"], [formaction$="/resume"]').toArray();
    expect(ways.length).toBe(2);
    expect(preferences()('[action$="/resume"], [formaction$="/resume"]').length).toBe(0);
  });

  it('Pressing Enter in a field saves the form', () => {
    const $ = preferences({ status: 'paused', pausedUntil: null });
    const first = $('#preferences-form button, button[form="preferences-form"]').first();
    expect(first.attr('formaction')).toBeUndefined();
    expect(first.text()).toBe('Save changes');
  });

  it.each(['pending', 'unsubscribed'] as const)(
    'A subscriber who is %s sees that nothing is sent and how to return',
    (status) => {
      const $ = preferences({ status, nextDigestOn: null });
      expect($('.status').text()).toMatch(/nothing is sent/i);
      expect($('.status a').attr('href')).toBe('/daily/#sign-up');
      expect($('.statement').text()).toMatch(/^Your choice: ten papers/);
    },
  );
});
