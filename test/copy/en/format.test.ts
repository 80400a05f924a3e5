import { describe, expect, it } from 'vitest';
import {
  capitalize,
  describeAuthors,
  describeDelays,
  describeDigestSchedule,
  describePaper,
  formatDate,
  formatHour,
  formatLongDate,
  formatQuantity,
  formatTimes,
  formatTimezone,
  joinNames,
  spellNumber,
} from '../../../src/copy/en/format.ts';
import type { Paper } from '../../../src/domain/papers/paper.ts';
import { NO_DETAILS } from '../../../src/domain/papers/source-details.ts';

function paper(changes: Partial<Paper> = {}): Paper {
  return {
    id: '2603.00001',
    source: 'file',
    title: 'The Residual Stream Is All You Need',
    abstract: '',
    authors: [],
    authorCount: 5,
    organization: null,
    publishedOn: '2026-03-19',
    listedOn: '2026-05-08',
    usableOn: '2026-05-08',
    upvotes: 0,
    comments: 2,
    url: null,
    codeUrl: null,
    categories: [],
    details: NO_DETAILS,
    ...changes,
  };
}

describe('describePaper', () => {
  it('A paper is described by authors, date, votes and comments', () => {
    expect(describePaper(paper())).toBe('5 authors, 19 Mar 2026, 2 comments');
    expect(describePaper(paper({ upvotes: 12, comments: 1 }))).toBe(
      '5 authors, 19 Mar 2026, 12 upvotes, 1 comment',
    );
  });

  it('Unknown and zero parts are left out', () => {
    expect(describePaper(paper({ comments: 0 }))).toBe('5 authors, 19 Mar 2026');
    expect(describePaper(paper({ publishedOn: null, authorCount: null, comments: 0 }))).toBe('');
  });
});

describe('describeAuthors', () => {
  it.each([
    [{ organization: 'Tencent', authors: ['Ada'], authorCount: 1 }, 'Tencent'],
    [{ organization: null, authors: ['Ada', 'Bo', 'Cy'], authorCount: 3 }, 'Ada, Bo and Cy'],
    [{ organization: null, authors: ['Ada'], authorCount: null }, 'Ada'],
    [{ organization: null, authors: ['Ada', 'Bo', 'Cy', 'Di'], authorCount: null }, 'Ada et al.'],
    [{ organization: null, authors: ['Ada'], authorCount: 7 }, 'Ada et al.'],
    [{ organization: null, authors: ['Wei Xu'], authorCount: 9 }, 'Xu et al.'],
    [{ organization: null, authors: [], authorCount: 7 }, '7 authors'],
    [{ organization: null, authors: [], authorCount: 1 }, '1 author'],
    [{ organization: '', authors: [], authorCount: 0 }, ''],
    [{ organization: null, authors: [], authorCount: null }, ''],
  ])('The authors %j are described as "%s"', (who, expected) => {
    expect(describeAuthors(who)).toBe(expected);
  });
});

describe('describeDigestSchedule', () => {
  it.each([
    ['daily', 'every day at 07:00, Berlin time'],
    ['weekdays', 'on weekdays at 07:00, Berlin time'],
    ['weekly', 'on Mondays at 07:00, Berlin time'],
  ] as const)('The schedule of a %s digest is described as “%s”', (frequency, expected) => {
    expect(describeDigestSchedule({ frequency, hour: 7, timezone: 'Europe/Berlin' })).toBe(
      expected,
    );
  });
});

describe('describeDelays', () => {
  it('Delays are said in seconds, minutes or hours, and never too short', () => {
    expect(describeDelays({ p50: 0, p95: 119, p99: 121, max: 10_800 })).toBe(
      'Delay after the reader’s hour: at most 0 s for half of the readers, 119 s for 95 %, 3 min for 99 %, 3 h for all.',
    );
    expect(describeDelays({ p50: 7140, p95: 7141, p99: 7561, max: 86_400 })).toBe(
      'Delay after the reader’s hour: at most 119 min for half of the readers, 2 h for 95 %, 2.2 h for 99 %, 24 h for all.',
    );
  });
});

describe('formatTimezone', () => {
  it.each([
    ['America/New_York', 'New York time'],
    ['America/Argentina/Buenos_Aires', 'Buenos Aires time'],
    ['UTC', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['GMT', 'GMT'],
    ['Etc/GMT', 'GMT'],
    ['Etc/GMT+5', 'UTC-5'],
    ['Etc/GMT-3', 'UTC+3'],
  ])('The time zone %s is described as %s', (timezone, expected) => {
    expect(formatTimezone(timezone)).toBe(expected);
  });
});

describe('days, hours, lists and counts', () => {
  it('A date has no leading zero, whatever the time zone of the machine', () => {
    expect(formatDate('2026-05-08')).toBe('8 May 2026');
    expect(formatLongDate('2026-05-08')).toBe('Friday, 8 May 2026');
    expect(formatLongDate('2026-01-01')).toBe('Thursday, 1 January 2026');
  });

  it('A text that is not a day is returned unchanged', () => {
    expect(formatDate('soon')).toBe('soon');
    expect(formatLongDate('soon')).toBe('soon');
  });

  it('Hours have two digits', () => {
    expect([0, 7, 23].map(formatHour)).toEqual(['00:00', '07:00', '23:00']);
  });

  it('Names are joined with commas and one "and"', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(joinNames)).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
  });

  it('Names with commas stay distinct', () => {
    expect(joinNames(['Compression, quantization & PEFT'])).toBe(
      'Compression, quantization & PEFT',
    );
    expect(joinNames(['Compression, quantization & PEFT', 'Theory'])).toBe(
      'Compression, quantization & PEFT as well as Theory',
    );
    expect(joinNames(['a', 'b, c', 'd'])).toBe('a; b, c; and d');
  });

  it('Counts to twenty are spelled', () => {
    expect([0, 1, 10, 20, 21].map(spellNumber)).toEqual(['zero', 'one', 'ten', 'twenty', '21']);
  });
});

it('Frequencies are words where English has one', () => {
  expect([1, 2, 3, 1200].map(formatTimes)).toEqual(['once', 'twice', '3 times', '1,200 times']);
});

describe('formatQuantity', () => {
  it.each([
    [0, '0 papers'],
    [1, '1 paper'],
    [49, '49 papers'],
    [1204, '1,204 papers'],
  ])('%i is written as %s', (count, words) => {
    expect(formatQuantity(count, 'paper')).toBe(words);
  });
});

describe('capitalize', () => {
  it.each([
    ['ten papers', 'Ten papers'],
    ['écoles', 'Écoles'],
    ['', ''],
  ])('The words “%s” are capitalized to “%s”', (words, sentence) => {
    expect(capitalize(words)).toBe(sentence);
  });
});
