import { beforeAll, describe, expect, it } from 'vitest';
import { renderDigestHtml, renderDigestText } from '../../../src/mail/digests/digest-message.ts';
import { createDigestRenderer } from '../../../src/mail/digests/digest-renderer.ts';
import { renderChunkText } from '../../../src/mail/encoding/chunk.ts';
import {
  loadMailTemplates,
  type MailTemplates,
} from '../../../src/mail/templates/mail-templates.ts';
import {
  buildDigest,
  buildDigestCopy,
  buildRankedPaper,
  buildRankedPapers,
  buildSender,
  HOSTILE_TEXTS,
  TOKEN,
} from '../builders.ts';

let templates: MailTemplates;
beforeAll(async () => {
  templates = await loadMailTemplates();
});

function createRenderer(count = 12) {
  return createDigestRenderer(templates, buildSender(), buildDigest(), buildRankedPapers(count));
}

/** The first nine papers are on a topic. */
function onTopics() {
  const list = buildRankedPapers(12).map((each) => ({
    ...each,
    topics: each.rank < 9 ? [{ slug: 'ssm', score: 0.3 }] : [],
  }));
  const topicNames = new Map([['ssm', 'State space']]);
  return createDigestRenderer(templates, buildSender(), buildDigest(), list, {
    topicNames,
    earlier: [],
  });
}

function count(html: string, pattern: RegExp): number {
  return html.match(pattern)?.length ?? 0;
}

/** How many briefs had no room. */
function cutOf(html: string): number {
  return Number(/>(\d+) more of your papers<\/a> would not fit/.exec(html)?.[1] ?? 0);
}

describe('the HTML of a digest', () => {
  it('has one h1, an h2 for each large paper and an h3 for each brief', () => {
    const html = renderDigestHtml(createRenderer(), buildDigestCopy(10, { darkHorseRank: 6 }));
    expect(count(html, /<h1/g)).toBe(1);
    expect(count(html, /<h2/g)).toBe(1 + 3 + 1 + 1);
    expect(count(html, /<h3/g)).toBe(5);
    expect(html.indexOf('<h1')).toBeLessThan(html.indexOf('<h2'));
    expect(html.indexOf('>Dark horse<')).toBeLessThan(html.indexOf('>In brief<'));
  });

  it('says so about itself: language, title, colour schemes, roles', () => {
    const html = renderDigestHtml(createRenderer(), buildDigestCopy(10));
    expect(html).toMatch(/^<!doctype html>\n<html lang="en" dir="ltr"/);
    expect(html).toContain('<title>Paperboy, Friday, 8 May 2026</title>');
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(count(html, /role="main"/g)).toBe(1);
    expect(html).toContain('@media (prefers-color-scheme: dark)');
    for (const table of html.match(/<table[^>]*>/g) ?? [])
      expect(table).toContain('role="presentation"');
  });

  it('loads nothing: no image, script, web font or form', () => {
    const html = renderDigestHtml(createRenderer(), buildDigestCopy(10));
    expect(html).not.toMatch(/<img|<script|<link|<form|<iframe|@import|@font-face|url\(|data:/);
  });

  it('balances what only Outlook reads', () => {
    const html = renderDigestHtml(createRenderer(), buildDigestCopy(10, { darkHorseRank: 4 }));
    expect(count(html, /<!--\[if/g)).toBe(count(html, /<!\[endif\]-->|<!--<!\[endif\]-->/g));
    for (const tag of ['table', 'tr', 'td', 'div', 'p']) {
      expect(count(html, new RegExp(`<${tag}[ >]`, 'g'))).toBe(
        count(html, new RegExp(`</${tag}>`, 'g')),
      );
    }
  });

  it('needs nothing that Outlook’s engine lacks', () => {
    const html = renderDigestHtml(createRenderer(), buildDigestCopy(10, { darkHorseRank: 4 }));
    const inline = [...html.matchAll(/style="([^"]*)"/g)].map(([, style]) => style).join(';');
    expect(inline).not.toMatch(
      /flex|grid|position:|float:|calc\(|var\(|background-image|rgba|rem\b/,
    );
    for (const [table] of html.matchAll(
      /<!--\[if mso \| IE\]><table[^>]*style="[^"]*width:[^>]*>/g,
    ))
      expect(table).toMatch(/ width="\d+(?:px)?"/);
    expect(html).toContain('style="width:640px;" width="640"');
  });

  it('links every paper, the way out at both ends, and nothing that is dead', () => {
    const html = renderDigestHtml(createRenderer(), buildDigestCopy(10));
    for (let rank = 0; rank < 10; rank += 1)
      expect(html).toContain(
        `"https://arxiv.org/abs/${10_000 + rank}"`.replace('abs/', 'abs/2605.'),
      );
    expect(count(html, new RegExp(`/unsubscribe/${TOKEN}"`, 'g'))).toBe(2);
    for (const [, href = ''] of html.matchAll(/href="([^"]*)"/g)) {
      expect(href).toMatch(/^https:\/\//);
      expect(href.length).toBeLessThan(900);
    }
  });

  it('says what was read, chosen and left, and why the mail came', () => {
    const html = renderDigestHtml(createRenderer(49), buildDigestCopy(10));
    expect(html).toContain('49 papers read, 10 chosen for you.');
    expect(html).toContain('>The other 39 papers</a> are on the front page.');
    expect(html).toContain('href="https://papers.example.org/papers?date&#x3D;2026-05-08"');
    expect(html).toContain('because ada@example.org asked for it on 2 March 2026.');
    expect(html).toContain('12 Example Street');
  });

  it('lets the reader say of every paper what it was worth, and mute its first topic', () => {
    const html = renderDigestHtml(onTopics(), buildDigestCopy(10, { darkHorseRank: 6 }));
    for (let rank = 0; rank < 10; rank += 1) {
      for (const action of ['more', 'less', 'save'])
        expect(html).toContain(`/feedback/${TOKEN}/${action}/2605.${10_000 + rank}"`);
    }
    expect(count(html, />Mute State space</g)).toBe(5);
    expect(count(html, /aria-label="Mute topic State space"[^>]*>Mute topic</g)).toBe(4);
    expect(count(html, new RegExp(`/feedback/${TOKEN}/mute/ssm"`, 'g'))).toBe(9);
    expect(html).toContain('aria-label="Save: Gazette 9"');
  });

  it('leads from titles straight to the papers, unless the reader allows that clicks are counted', () => {
    const titleOf = (allowsClicks: boolean) =>
      /<h2[^>]*><a href="([^"]*)"/.exec(
        renderDigestHtml(createRenderer(), buildDigestCopy(10, { allowsClicks })),
      )?.[1];
    expect(titleOf(false)).toBe('https://arxiv.org/abs/2605.10000');
    expect(titleOf(true)).toBe(`https://papers.example.org/read/${TOKEN}/2605.10000`);
    expect(renderDigestHtml(createRenderer(), buildDigestCopy(10))).not.toContain('/read/');
  });

  it('explains near the top why there was no mail before', () => {
    const after = createDigestRenderer(
      templates,
      buildSender(),
      buildDigest({ date: '2026-05-11' }),
      buildRankedPapers(12),
      {
        topicNames: new Map(),
        earlier: [{ date: '2026-05-08', composedAt: new Date('2026-05-08T04:30:00Z') }],
      },
    );
    const html = renderDigestHtml(after, buildDigestCopy(10, { quietSince: '2026-05-08' }));
    const note =
      'Nothing on Friday cleared your bar, so we let you sleep. Here is Monday. Saturday and Sunday brought no papers: arXiv rests at weekends.';
    expect(html).toContain(`>${note}</p>`);
    expect(html.indexOf(note)).toBeLessThan(html.indexOf('<h2'));
    const text = renderDigestText(after, buildDigestCopy(10, { quietSince: '2026-05-08' }));
    expect(text.slice(0, text.indexOf('Chosen by')).replace(/\s+/g, ' ')).toContain(note);
    expect(renderDigestHtml(after, buildDigestCopy(10))).toContain(
      '>Saturday and Sunday brought no papers',
    );
    expect(renderDigestText(createRenderer(), buildDigestCopy(10))).toMatch(
      /-minute read\.\n\nChosen by/,
    );
  });

  it('speaks of the week in a weekly digest', () => {
    const weekly = createDigestRenderer(
      templates,
      buildSender(),
      buildDigest({ kind: 'weekly' }),
      buildRankedPapers(12),
    );
    expect(renderDigestHtml(weekly, buildDigestCopy(10))).toContain('That is this week’s edition.');
  });

  it('has a preview line of 40 to 130 characters that differs from the subject', () => {
    const assembled = createRenderer().render(buildDigestCopy(10));
    const html = assembled.html.map((chunk) => renderChunkText(chunk, 'token')).join('');
    const [, preheader = ''] = /max-height:0px[^>]*>([^&]*)&#847;/.exec(html) ?? [];
    expect(preheader.length).toBeGreaterThanOrEqual(40);
    expect(preheader.length).toBeLessThanOrEqual(130);
    expect(preheader).not.toContain(assembled.subject);
  });

  it.each([
    ['plain', 'A sentence of the usual length stands here for its weight. ', 0],
    ['CJK', '本論文では、大規模言語モデルのための新しい手法を提案する。', 6],
    ['emoji', 'We 🚀 propose 🧪 a 👩‍🚀 method 🌍 for 🤖 everything 🎯 under the sun ☀️. ', 8],
  ])('weighs less than 90 KB with twenty %s papers', (_name, sentence, mostCut) => {
    const full = createDigestRenderer(
      templates,
      buildSender(),
      buildDigest(),
      buildRankedPapers(20, {
        title: `${sentence.trim().slice(0, 60)}: ${sentence.trim().repeat(2)}`,
        abstract: sentence.repeat(20),
        codeUrl: 'https://github.com/a/b',
        topics: [{ slug: 'distributed-training', score: 0.3 }],
      }),
    );
    expect(renderDigestHtml(full, buildDigestCopy(10)).length).toBeLessThan(75_000);
    const html = renderDigestHtml(
      full,
      buildDigestCopy(20, { darkHorseRank: 4, allowsClicks: true }),
    );
    expect(Buffer.byteLength(html)).toBeLessThan(90_000);
    const cut = cutOf(html);
    expect(cut).toBeLessThanOrEqual(mostCut);
    expect(count(html, /<h[23]/g) - 1).toBe(20 - cut);
  });

  it('leaves briefs out of a mail that would be too long, and says where they are', () => {
    const heavy = createDigestRenderer(
      templates,
      buildSender(),
      buildDigest(),
      buildRankedPapers(20, { title: '<'.repeat(5000), abstract: '&'.repeat(5000) }),
    );
    const html = renderDigestHtml(heavy, buildDigestCopy(20));
    expect(Buffer.byteLength(html)).toBeLessThan(90_000);
    const cut = cutOf(html);
    expect(cut).toBeGreaterThan(0);
    expect(count(html, /<h3/g)).toBe(20 - 4 - cut);
    expect(renderDigestText(heavy, buildDigestCopy(20))).toContain('20. <');
  });

  it.each(HOSTILE_TEXTS)('keeps %.40j inside its place', (text) => {
    const hostile = createDigestRenderer(
      templates,
      buildSender({ siteName: text, postalAddress: text }),
      buildDigest(),
      buildRankedPapers(6, {
        title: text,
        abstract: `${text}.`,
        organization: text,
        codeUrl: text,
      }),
    );
    const plain = renderDigestHtml(createRenderer(6), buildDigestCopy(6));
    const html = renderDigestHtml(
      hostile,
      buildDigestCopy(6, {
        selection: buildDigestCopy(6).selection.map(({ rank }) => ({ rank, reason: text })),
        topicNames: [text],
        keywords: [text],
      }),
    );
    expect(html).not.toMatch(/<script|<img|onerror=|<mj-|{{x}}\s*alert/);
    expect(count(html, /<h2/g)).toBe(count(plain, /<h2/g));
    expect(count(html, /<table/g)).toBe(count(plain, /<table/g) - cutOf(html));
    expect(html).not.toMatch(/[^\P{Cc}\n]|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/u);
    expect(Buffer.byteLength(html)).toBeLessThan(90_000);
  });

  it('shows what looks like a slot or a template as the text that it is', () => {
    const mark = templates.placeholders.mark('token');
    const titles = ['{{reason}}', '{{{papers}}}', mark];
    const forged = createDigestRenderer(
      templates,
      buildSender(),
      buildDigest(),
      titles.map((title, rank) => buildRankedPaper({ rank, title })),
    );
    const html = renderDigestHtml(forged, buildDigestCopy(3));
    expect(html).toContain('>{{reason}}</b>');
    expect(html).toContain('>{{{papers}}}</b>');
    expect(count(html, new RegExp(TOKEN, 'g'))).toBe(
      count(renderDigestHtml(createRenderer(3), buildDigestCopy(3)), new RegExp(TOKEN, 'g')),
    );
  });
});

describe('the plain text of a digest', () => {
  it('numbers the papers with whole titles and links, and ends with the ways out', () => {
    const text = renderDigestText(createRenderer(), buildDigestCopy(10, { darkHorseRank: 6 }));
    expect(text).toContain('\n 1. Gazette 0: On the Delivery of Papers\n');
    expect(text).toContain('\nDark horse\n----------\n\n 5. Gazette 6: ');
    expect(text).toContain('\n10. Gazette 9: ');
    expect(text).toContain('\n    https://arxiv.org/abs/2605.10009\n');
    expect(text).toContain(
      `\n    Options: https://papers.example.org/feedback/${TOKEN}/options/2605.10009\n`,
    );
    expect(text).toContain(`https://papers.example.org/unsubscribe/${TOKEN}\n`);
    expect(text).toContain('\n12 Example Street');
    expect(text).not.toMatch(/&[a-z#]|<|{{|\n{4}/);
  });

  it('keeps to 72 columns but for links', () => {
    const text = renderDigestText(createRenderer(), buildDigestCopy(10));
    for (const line of text.split('\n')) {
      if (!line.includes('https://')) expect(line.length).toBeLessThanOrEqual(72);
    }
  });
});

describe('an edition', () => {
  it('encodes a paper once for all its readers', () => {
    const shared = createRenderer();
    const [ada, bob] = ['ada@example.org', 'bob@example.org'].map((email) =>
      shared.render(buildDigestCopy(10, { email })).html.map(({ bytes }) => bytes),
    );
    const common = ada?.filter((buffer) => bob?.includes(buffer)) ?? [];
    const bytes = common.reduce((sum, buffer) => sum + buffer.length, 0);
    expect(bytes).toBeGreaterThan(15_000);
    expect(ada?.map(String)).not.toEqual(bob?.map(String));
  });

  it('refuses a token that could break the message, an unknown rank and an empty selection', () => {
    expect(() => createRenderer().render(buildDigestCopy(3, { token: 'short' }))).toThrow(
      RangeError,
    );
    expect(() =>
      createRenderer().render(buildDigestCopy(3, { token: `${TOKEN.slice(1)}"` })),
    ).toThrow(RangeError);
    expect(() => createRenderer(2).render(buildDigestCopy(3))).toThrow(
      'The digest has no paper of rank 2.',
    );
    expect(() => createRenderer().render(buildDigestCopy(0))).toThrow(RangeError);
  });
});
