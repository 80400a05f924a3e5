import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { createLinks } from '../../../src/domain/links/links.ts';
import type { Reason } from '../../../src/domain/ranking/reason.ts';
import { concatMessage } from '../../../src/domain/smtp/message.ts';
import { renderDigestText } from '../../../src/mail/digests/digest-message.ts';
import {
  createDigestRenderer,
  type DigestRenderer,
} from '../../../src/mail/digests/digest-renderer.ts';
import { loadMailTemplates } from '../../../src/mail/templates/mail-templates.ts';
import type { SiteSender } from '../../../src/mail/templates/sender.ts';
import {
  buildAddressedCopy,
  buildDigest,
  buildDigestCopy,
  buildRankedPapers,
  buildSender,
  HOSTILE_TEXTS,
  TOKEN,
} from '../builders.ts';
import { composeDigestMessage, renderDigestHtml } from '../support/digest-messages.ts';
import {
  expectDotSafe,
  expectWellFormed,
  headerValues,
  splitMessage,
} from '../support/message-assertions.ts';

const templates = await loadMailTemplates();

function createRenderer(changes: Partial<SiteSender> = {}): DigestRenderer {
  return createDigestRenderer({
    templates,
    sender: buildSender(changes),
    digest: buildDigest(),
    papers: buildRankedPapers(12),
  });
}

const ONCE = {
  From: 'Paperboy <papers@example.org>',
  To: 'ada@example.org',
  Subject: 'Gazette 0: On the Delivery of Papers, and 9 more',
  Date: 'Fri, 08 May 2026 05:00:00 +0000',
  'Message-ID': '<0123456789abcdef@papers.example.org>',
  'MIME-Version': '1.0',
  'Reply-To': 'editor@example.org',
  'List-Id': 'Paperboy <papers.example.org>',
  'List-Unsubscribe': `<https://papers.example.org/unsubscribe/${TOKEN}>`,
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  'List-Help': '<https://papers.example.org/>',
  'List-Archive': '<https://papers.example.org/digests>',
  'List-Owner': '<mailto:editor@example.org>',
  'List-Post': 'NO',
  'Feedback-ID': '2026-05-08:papers.example.org:daily:papersexampleor',
  Precedence: 'bulk',
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'All',
};

describe('The message of a digest', () => {
  it.each(Object.entries(ONCE))('The header %s occurs exactly once: %s', (name, value) => {
    const raw = concatMessage(
      composeDigestMessage(
        createRenderer({ replyTo: 'editor@example.org' }),
        buildAddressedCopy(10),
      ),
    );
    expect(headerValues(raw, name)).toEqual([value]);
  });

  it('There is no Reply-To when replies go to the sender', () => {
    expect(
      headerValues(
        concatMessage(composeDigestMessage(createRenderer(), buildAddressedCopy(10))),
        'Reply-To',
      ),
    ).toEqual([]);
  });

  it('Without a site, a digest has no header that names one', () => {
    const renderer = createDigestRenderer({
      templates,
      sender: { ...buildSender(), links: null },
      digest: buildDigest(),
      papers: buildRankedPapers(12),
    });
    const raw = concatMessage(composeDigestMessage(renderer, buildAddressedCopy(10)));
    const headers = ['List-Unsubscribe', 'List-Unsubscribe-Post', 'List-Help', 'List-Archive'];
    expect(headers.flatMap((name) => headerValues(raw, name))).toEqual([]);
    expect(headerValues(raw, 'List-Id')).toEqual(['Paperboy <papers.example.org>']);
    expectWellFormed(raw);
  });

  it('The one-click header has exactly the bytes of RFC 8058', () => {
    const { head } = splitMessage(
      concatMessage(composeDigestMessage(createRenderer(), buildAddressedCopy(10))),
    );
    expect(head).toContain('\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n');
  });

  it('A site without https offers no one-click unsubscribing, only the link', () => {
    const links = createLinks('http://192.168.1.7:8080');
    const raw = concatMessage(
      composeDigestMessage(createRenderer({ links }), buildAddressedCopy(10)),
    );
    expect(headerValues(raw, 'List-Unsubscribe')).toEqual([`<${links.unsubscribe(TOKEN)}>`]);
    expect(headerValues(raw, 'List-Unsubscribe-Post')).toEqual([]);
  });

  it('A digest message is well formed and decodes to its text and its HTML', async () => {
    const raw = concatMessage(
      composeDigestMessage(createRenderer(), buildAddressedCopy(10, {}, { darkHorseRank: 5 })),
    );
    expectWellFormed(raw);
    const mail = await PostalMime.parse(raw);
    const wanted = buildDigestCopy(10, { darkHorseRank: 5 });
    expect(mail.html?.replaceAll('\r\n', '\n')).toBe(renderDigestHtml(createRenderer(), wanted));
    expect(mail.text?.replaceAll('\r\n', '\n')).toBe(renderDigestText(createRenderer(), wanted));
    const { body } = splitMessage(raw);
    expect(body.indexOf('text/plain')).toBeLessThan(body.indexOf('text/html'));
  });

  it('A digest message has one recipient, and the return path as its sender', () => {
    expect(composeDigestMessage(createRenderer(), buildAddressedCopy(10)).envelope).toEqual({
      from: 'papers@example.org',
      to: 'ada@example.org',
    });
    const returnPath = 'b+1.mac@bounce.example.org';
    expect(
      composeDigestMessage(createRenderer(), buildAddressedCopy(10, { returnPath })).envelope.from,
    ).toBe(returnPath);
  });

  it('The same arguments give the same bytes, also in another process', async () => {
    const other = createDigestRenderer({
      templates: await loadMailTemplates(),
      sender: buildSender(),
      digest: buildDigest(),
      papers: buildRankedPapers(12),
    });
    const first = concatMessage(composeDigestMessage(createRenderer(), buildAddressedCopy(10)));
    expect(concatMessage(composeDigestMessage(other, buildAddressedCopy(10))).equals(first)).toBe(
      true,
    );
  });

  it.each([0, 20, 100, 200])(
    'An address with %d parameters makes no line too long, escaped as it is',
    (parameters) => {
      const url = `https://example.org/?${'a=b&'.repeat(parameters)}`;
      const renderer = createDigestRenderer({
        templates,
        sender: buildSender(),
        digest: buildDigest(),
        papers: buildRankedPapers(8, { url, codeUrl: url }),
      });
      expectWellFormed(concatMessage(composeDigestMessage(renderer, buildAddressedCopy(8))));
    },
  );

  it.each(HOSTILE_TEXTS)(
    'A digest message with %.40j in every text is well formed',
    async (text) => {
      const hostile = createDigestRenderer({
        templates,
        sender: buildSender({
          siteName: text,
          from: { name: text, address: 'papers@example.org' },
          postalAddress: text,
        }),
        digest: buildDigest(),
        papers: buildRankedPapers(8, {
          title: text,
          abstract: text,
          organization: text,
          url: text,
        }),
      });
      const reason: Reason = { remark: null, match: { kind: 'keywords', keywords: [text] } };
      const selection = buildDigestCopy(8).selection.map(({ rank }) => ({ rank, reason }));
      const message = composeDigestMessage(
        hostile,
        buildAddressedCopy(8, {}, { selection, keywords: [text] }),
      );
      const raw = concatMessage(message);
      expectWellFormed(raw);
      expect(message.envelope.to).toBe('ada@example.org');
      expectDotSafe(message);
      expect(headerValues(raw, 'Bcc')).toEqual([]);
      for (const name of ['From', 'To', 'Subject', 'List-Id']) {
        expect(headerValues(raw, name)).toHaveLength(1);
      }
      const mail = await PostalMime.parse(raw);
      expect(mail.from?.address).toBe('papers@example.org');
      expect(mail.text).toContain(`/unsubscribe/${TOKEN}`);
      expect(mail.html).toContain(`/unsubscribe/${TOKEN}`);
    },
  );

  it('An address that names a second recipient or ends the line is an error', () => {
    for (const to of ['a@b.org, c@d.org', 'a@b.org\r\nBcc: c@d.org']) {
      expect(() => composeDigestMessage(createRenderer(), buildAddressedCopy(10, { to }))).toThrow(
        'An address is not plain ASCII',
      );
    }
    const messageId = '<a@b>\r\nBcc: c@d.org';
    expect(() =>
      composeDigestMessage(createRenderer(), buildAddressedCopy(10, { messageId })),
    ).toThrow(RangeError);
  });
});
