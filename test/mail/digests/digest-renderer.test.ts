import { describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/domain/ranking/reason.ts';
import { renderDigestText } from '../../../src/mail/digests/digest-message.ts';
import { createDigestRenderer } from '../../../src/mail/digests/digest-renderer.ts';
import { renderChunkText } from '../../../src/mail/encoding/chunk.ts';
import { loadMailTemplates } from '../../../src/mail/templates/mail-templates.ts';
import {
  buildDigest,
  buildDigestCopy,
  buildRankedPaper,
  buildRankedPapers,
  buildSender,
  HOSTILE_TEXTS,
  TOKEN,
} from '../builders.ts';
import { renderReadableHtml } from '../support/digest-messages.ts';

const templates = await loadMailTemplates();

function createRenderer(count = 12) {
  return createDigestRenderer({
    templates,
    sender: buildSender(),
    digest: buildDigest(),
    papers: buildRankedPapers(count),
  });
}

/** A renderer of twelve papers, the first nine of which have a topic. */
function createTopicRenderer() {
  const list = buildRankedPapers(12).map((each) => ({
    ...each,
    topics: each.rank < 9 ? [{ slug: 'ssm', score: 0.3 }] : [],
  }));
  const topicNames = new Map([['ssm', 'State space']]);
  return createDigestRenderer({
    templates,
    sender: buildSender(),
    digest: buildDigest(),
    papers: list,
    topicNames,
    earlier: [],
  });
}

function count(html: string, pattern: RegExp): number {
  return html.match(pattern)?.length ?? 0;
}

/** How many briefs had no room. */
function countOmitted(html: string): number {
  const count = />(\d+|One) more of your papers<\/a> didn’t fit/.exec(html)?.[1] ?? 0;
  return count === 'One' ? 1 : Number(count);
}

describe('What sources say of a paper', () => {
  const details = {
    summary: { text: 'An engine that <tests>.', by: 'Hugging Face' },
    keywords: ['state space', 'engines'],
    projectUrl: 'https://example.org/engine',
    codeStars: 1204,
    venue: 'ICML 2026',
    doi: null,
  };
  const papers = buildRankedPapers(12).map((each) => ({
    ...each,
    details,
    codeUrl: 'https://github.com/ada/engine',
  }));
  const renderer = createDigestRenderer({
    templates,
    sender: buildSender(),
    digest: buildDigest(),
    papers,
  });

  it('A summary is named as the source’s, in the lead and the stories, unless the reader wants none', () => {
    const copy = buildDigestCopy(10);
    const html = renderReadableHtml(renderer, copy);
    expect(count(html, /Summary by Hugging Face: An engine that &lt;tests&gt;\./g)).toBe(4);
    expect(renderDigestText(renderer, copy)).toContain('Summary by Hugging Face: An engine');
    const silent = buildDigestCopy(10, { showsSummaries: false });
    expect(renderReadableHtml(renderer, silent)).not.toContain('Summary by');
    expect(renderDigestText(renderer, silent)).not.toContain('Summary by');
  });

  it('Keywords stand in the lead, stars and project page in the byline, the venue everywhere', () => {
    const html = renderReadableHtml(renderer, buildDigestCopy(10));
    expect(count(html, /Keywords: state space, engines/g)).toBe(1);
    expect(count(html, /ICML 2026/g)).toBe(10);
    expect(html).toContain('>Code, 1,204 stars</a>');
    expect(count(html, /href="https:\/\/example\.org\/engine"/g)).toBe(4);
  });
});

describe('A digest without a site', () => {
  const papers = buildRankedPapers(12).map((each) => ({
    ...each,
    url: null,
    ...(each.rank === 4 && { id: 'local-4' }),
    topics: [{ slug: 'ssm', score: 0.3 }],
  }));
  const renderer = createDigestRenderer({
    templates,
    sender: { ...buildSender(), links: null },
    digest: buildDigest(),
    papers,
    topicNames: new Map([['ssm', 'State space']]),
  });
  const copy = buildDigestCopy(10, { darkHorseRank: 6, allowsClicks: true });

  it('Its HTML links to papers alone, and a paper without an address has no link', () => {
    const html = renderReadableHtml(renderer, copy);
    const targets = [...html.matchAll(/href="([^"]*)"/g)].map(([, target]) => target);
    expect(targets.length).toBeGreaterThan(9);
    expect(targets.filter((target) => !target?.startsWith('https://arxiv.org/abs/'))).toEqual([]);
    expect(html).toMatch(/<h3[^>]*><span[^>]*><b[^>]*>Gazette 4<\/b>/);
    expect(html).not.toContain('/abs/local-4');
  });

  it('Its plain text has no address of a site, and says how to give feedback', () => {
    const text = renderDigestText(renderer, copy);
    const targets = text.match(/https?:\S+/g) ?? [];
    expect(targets.filter((target) => !target.startsWith('https://arxiv.org/abs/'))).toEqual([]);
    expect(text).not.toMatch(/null|undefined|Options|Unsubscribe|Settings|subscribed/);
    expect(text.replace(/\s+/g, ' ')).toContain('run “paperboy feedback more”');
  });
});

describe('The HTML of a digest', () => {
  it('The HTML has one h1, an h2 for each large paper and an h3 for each brief', () => {
    const html = renderReadableHtml(createRenderer(), buildDigestCopy(10, { darkHorseRank: 6 }));
    expect(count(html, /<h1/g)).toBe(1);
    expect(count(html, /<h2/g)).toBe(1 + 3 + 1 + 1);
    expect(count(html, /<h3/g)).toBe(5);
    expect(html.indexOf('<h1')).toBeLessThan(html.indexOf('<h2'));
    expect(html.indexOf('>Dark horse<')).toBeLessThan(html.indexOf('>In brief<'));
  });

  it('The HTML declares its language, title, colour schemes and roles', () => {
    const html = renderReadableHtml(createRenderer(), buildDigestCopy(10));
    expect(html).toMatch(/^<!doctype html><html lang=en dir=ltr/);
    expect(html).toContain('<title>Paperboy, Friday, 8 May 2026</title>');
    expect(html).toContain('<meta name=color-scheme content="light dark">');
    expect(count(html, /role=main/g)).toBe(1);
    expect(html).toContain('@media (prefers-color-scheme:dark)');
    for (const table of html.match(/<table[^>]*>/g) ?? [])
      expect(table).toContain('role=presentation');
  });

  it('The HTML has no image, script, web font or form', () => {
    const html = renderReadableHtml(createRenderer(), buildDigestCopy(10));
    expect(html).not.toMatch(/<img|<script|<link|<form|<iframe|@import|@font-face|url\(|data:/);
  });

  it('Conditional comments for Outlook, and tags, are balanced', () => {
    const html = renderReadableHtml(createRenderer(), buildDigestCopy(10, { darkHorseRank: 4 }));
    expect(count(html, /<!--\[if/g)).toBe(count(html, /<!\[endif\]-->|<!--<!\[endif\]-->/g));
    for (const tag of ['table', 'tr', 'td', 'div', 'p']) {
      expect(count(html, new RegExp(`<${tag}[ >]`, 'g'))).toBe(
        count(html, new RegExp(`</${tag}>`, 'g')),
      );
    }
  });

  it('Inline styles use only what Outlook’s engine supports', () => {
    const html = renderReadableHtml(createRenderer(), buildDigestCopy(10, { darkHorseRank: 4 }));
    const inline = [...html.matchAll(/ style=(?:"([^"]*)"|([^\s>]*))/g)].flat().join(';');
    expect(inline).not.toMatch(
      /flex|grid|position:|float:|calc\(|var\(|background-image|rgba|rem\b/,
    );
    const outlookTables = html.match(/<!--\[if mso\|IE\]><table[^>]*>/g) ?? [];
    expect(outlookTables.length).toBeGreaterThan(0);
    for (const table of outlookTables)
      if (table.includes('width:')) expect(table).toMatch(/ width=\d+/);
    expect(html).toContain('style=width:640px width=640');
  });

  it('Every paper has a link, unsubscribing has one at both ends, and no link is empty', () => {
    const html = renderReadableHtml(createRenderer(), buildDigestCopy(10));
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

  it('The HTML says how many papers were read and chosen, and why the mail came', () => {
    const html = renderReadableHtml(createRenderer(49), buildDigestCopy(10));
    expect(html).toContain('49 papers read, 10 chosen for you.');
    expect(html).toContain('>The other 39 papers</a> are on our website.');
    expect(html).toContain('href="https://papers.example.org/papers?date&#x3D;2026-05-08"');
    expect(html).toContain('because ada@example.org subscribed on 2 March 2026.');
    expect(html).toContain('12 Example Street');
  });

  it('Every paper has links for feedback, and one to mute its first topic', () => {
    const html = renderReadableHtml(
      createTopicRenderer(),
      buildDigestCopy(10, { darkHorseRank: 6 }),
    );
    for (let rank = 0; rank < 10; rank += 1) {
      for (const action of ['more', 'less', 'save'])
        expect(html).toContain(`/f/${TOKEN}/${action[0]}${rank}"`);
    }
    expect(count(html, /aria-label="Mute topic State space"[^>]*>Mute topic</g)).toBe(9);
    expect(count(html, new RegExp(`/f/${TOKEN}/o\\d+"[^>]*>(?:&ensp;)?Tune</a>`, 'g'))).toBe(10);
    expect(count(html, new RegExp(`/f/${TOKEN}/t\\d"`, 'g'))).toBe(9);
    expect(html).toContain('aria-label="Save: Gazette 9"');
  });

  it('Titles link to the papers directly, unless the subscriber allows click tracking', () => {
    const titleOf = (allowsClicks: boolean) =>
      /<h2[^>]*><a href="([^"]*)"/.exec(
        renderReadableHtml(createRenderer(), buildDigestCopy(10, { allowsClicks })),
      )?.[1];
    expect(titleOf(false)).toBe('https://arxiv.org/abs/2605.10000');
    expect(titleOf(true)).toBe(`https://papers.example.org/read/${TOKEN}/2605.10000`);
    expect(renderReadableHtml(createRenderer(), buildDigestCopy(10))).not.toContain('/read/');
  });

  it('A note near the top explains why there was no mail on the days before', () => {
    const after = createDigestRenderer({
      templates,
      sender: buildSender(),
      digest: buildDigest({ date: '2026-05-11' }),
      papers: buildRankedPapers(12),
      topicNames: new Map(),
      earlier: [{ date: '2026-05-08', composedAt: new Date('2026-05-08T04:30:00Z') }],
    });
    const html = renderReadableHtml(after, buildDigestCopy(10, { quietSince: '2026-05-08' }));
    const note =
      'Nothing on Friday met your threshold, so we didn’t write. Here’s Monday. There were no papers on Saturday and Sunday: arXiv doesn’t publish at weekends.';
    expect(html).toContain(`>${note}</p>`);
    expect(html.indexOf(note)).toBeLessThan(html.indexOf('<h2'));
    const text = renderDigestText(after, buildDigestCopy(10, { quietSince: '2026-05-08' }));
    expect(text.slice(0, text.indexOf('Chosen for')).replace(/\s+/g, ' ')).toContain(note);
    expect(renderReadableHtml(after, buildDigestCopy(10))).toContain(
      '>There were no papers on Saturday and Sunday',
    );
    expect(renderDigestText(createRenderer(), buildDigestCopy(10))).toMatch(
      /-minute read\.\n\nChosen for/,
    );
  });

  it('A weekly digest ends with the week', () => {
    const weekly = createDigestRenderer({
      templates,
      sender: buildSender(),
      digest: buildDigest({ kind: 'weekly' }),
      papers: buildRankedPapers(12),
    });
    expect(renderReadableHtml(weekly, buildDigestCopy(10))).toContain('That’s all for this week.');
  });

  it('The preheader has 40 to 150 characters, is as dark as the text, and does not repeat the subject', () => {
    const rendered = createRenderer().render(buildDigestCopy(10));
    const html = rendered.html.map((chunk) => renderChunkText(chunk, 'token')).join('');
    const [, preheader = ''] = /max-height:0[^>]*color:#15171A">([^&]*)&#847;/.exec(html) ?? [];
    expect(preheader.length).toBeGreaterThanOrEqual(40);
    expect(preheader.length).toBeLessThanOrEqual(150);
    expect(preheader).not.toContain(rendered.subject);
  });

  it.each([
    ['plain', 'A sentence of the usual length stands here for its weight. ', 0],
    ['CJK', '本論文では、大規模言語モデルのための新しい手法を提案する。', 6],
    ['emoji', 'We 🚀 propose 🧪 a 👩‍🚀 method 🌍 for 🤖 everything 🎯 under the sun ☀️. ', 8],
  ])('A digest of twenty %s papers is smaller than 90 KB', (_name, sentence, maxOmitted) => {
    const full = createDigestRenderer({
      templates,
      sender: buildSender(),
      digest: buildDigest(),
      papers: buildRankedPapers(20, {
        title: `${sentence.trim().slice(0, 60)}: ${sentence.trim().repeat(2)}`,
        abstract: sentence.repeat(20),
        codeUrl: 'https://github.com/a/b',
        topics: [{ slug: 'distributed-training', score: 0.3 }],
      }),
    });
    expect(renderReadableHtml(full, buildDigestCopy(10)).length).toBeLessThan(75_000);
    const html = renderReadableHtml(
      full,
      buildDigestCopy(20, { darkHorseRank: 4, allowsClicks: true }),
    );
    expect(Buffer.byteLength(html)).toBeLessThan(90_000);
    const omittedCount = countOmitted(html);
    expect(omittedCount).toBeLessThanOrEqual(maxOmitted);
    expect(count(html, /<h[23]/g) - 1).toBe(20 - omittedCount);
  });

  it('Briefs that would make the HTML too long are left out, with a link to them', () => {
    const heavy = createDigestRenderer({
      templates,
      sender: buildSender(),
      digest: buildDigest(),
      papers: buildRankedPapers(20, { title: '<'.repeat(5000), abstract: '&'.repeat(5000) }),
    });
    const html = renderReadableHtml(heavy, buildDigestCopy(20));
    expect(Buffer.byteLength(html)).toBeLessThan(90_000);
    const omittedCount = countOmitted(html);
    expect(omittedCount).toBeGreaterThan(0);
    expect(count(html, /<h3/g)).toBe(20 - 4 - omittedCount);
    expect(renderDigestText(heavy, buildDigestCopy(20))).toContain('20. <');
  });

  it.each(HOSTILE_TEXTS)(
    'The hostile text %.40j does not change the structure of the HTML',
    (text) => {
      const hostile = createDigestRenderer({
        templates,
        sender: buildSender({ siteName: text, postalAddress: text }),
        digest: buildDigest(),
        papers: buildRankedPapers(6, {
          title: text,
          abstract: `${text}.`,
          organization: text,
          codeUrl: text,
        }),
      });
      const plain = renderReadableHtml(createRenderer(6), buildDigestCopy(6));
      const reason: Reason = { remark: null, match: { kind: 'keywords', keywords: [text] } };
      const html = renderReadableHtml(
        hostile,
        buildDigestCopy(6, {
          selection: buildDigestCopy(6).selection.map(({ rank }) => ({ rank, reason })),
          topicNames: [text],
          keywords: [text],
        }),
      );
      expect(html).not.toMatch(/<script|<img|onerror=|<mj-|{{x}}\s*alert/);
      const hasBriefs = countOmitted(html) < 2;
      expect(count(html, /<h2/g)).toBe(count(plain, /<h2/g) - (hasBriefs ? 0 : 1));
      expect(count(html, /<h3/g)).toBe(count(plain, /<h3/g) - countOmitted(html));
      expect(html).not.toMatch(/[^\P{Cc}\n]|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/u);
      expect(Buffer.byteLength(html)).toBeLessThan(90_000);
    },
  );

  it('A title that looks like a placeholder or a template tag is shown as text', () => {
    const mark = templates.placeholders.mark('token');
    const titles = ['{{reason}}', '{{{papers}}}', mark];
    const forged = createDigestRenderer({
      templates,
      sender: buildSender(),
      digest: buildDigest(),
      papers: titles.map((title, rank) => buildRankedPaper({ rank, title })),
    });
    const html = renderReadableHtml(forged, buildDigestCopy(3));
    expect(html).toContain('>{{reason}}</b>');
    expect(html).toContain('>{{{papers}}}</b>');
    expect(count(html, new RegExp(TOKEN, 'g'))).toBe(
      count(renderReadableHtml(createRenderer(3), buildDigestCopy(3)), new RegExp(TOKEN, 'g')),
    );
  });
});

describe('The plain text of a digest', () => {
  it('The plain text numbers the papers, links each, and ends with settings and unsubscribing', () => {
    const text = renderDigestText(createRenderer(), buildDigestCopy(10, { darkHorseRank: 6 }));
    expect(text).toContain('\n 1. Gazette 0: On the Delivery of Papers\n');
    expect(text).toContain('\nDark horse\n----------\n\n 5. Gazette 6: ');
    expect(text).toContain('\n10. Gazette 9: ');
    expect(text).toContain('\n    https://arxiv.org/abs/2605.10009\n');
    expect(text).toContain(
      `\n    More, less, mute or save: https://papers.example.org/f/${TOKEN}/o9\n`,
    );
    expect(text).toContain(`https://papers.example.org/unsubscribe/${TOKEN}\n`);
    expect(text).toContain('\n12 Example Street');
    expect(text).not.toMatch(/&[a-z#]|<|{{|\n{4}/);
  });

  it('Lines of the plain text have at most 72 columns, links aside', () => {
    const text = renderDigestText(createRenderer(), buildDigestCopy(10));
    for (const line of text.split('\n')) {
      if (!line.includes('https://')) expect(line.length).toBeLessThanOrEqual(72);
    }
  });
});

describe('A digest renderer', () => {
  it('A paper is encoded once for all subscribers', () => {
    const shared = createRenderer();
    const [ada, bob] = ['ada@example.org', 'bob@example.org'].map((email) =>
      shared.render(buildDigestCopy(10, { email })).html.map(({ bytes }) => bytes),
    );
    const common = ada?.filter((buffer) => bob?.includes(buffer)) ?? [];
    const bytes = common.reduce((sum, buffer) => sum + buffer.length, 0);
    expect(bytes).toBeGreaterThan(15_000);
    expect(ada?.map(String)).not.toEqual(bob?.map(String));
  });

  it('A malformed token, an unknown rank and an empty selection are errors', () => {
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
