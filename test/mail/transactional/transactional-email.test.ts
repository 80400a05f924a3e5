import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { TRANSACTIONAL_KINDS } from '../../../src/domain/transactional/transactional-email.ts';
import { loadMailTemplates } from '../../../src/mail/templates/mail-templates.ts';
import type { SiteSender } from '../../../src/mail/templates/sender.ts';
import {
  composeTransactionalEmail,
  type TransactionalMessage,
} from '../../../src/mail/transactional/transactional-email.ts';
import {
  buildRankedPaper,
  buildSender,
  buildTransactionalEmail,
  HOSTILE_TEXTS,
  REASON,
  TOKEN,
} from '../builders.ts';
import { expectWellFormed, headerValues } from '../support/message-assertions.ts';

const templates = await loadMailTemplates();

const LINK = `https://papers.example.org/confirm/${TOKEN}`;
const UNSUBSCRIBE_URL = `https://papers.example.org/unsubscribe/${TOKEN}`;

/** The bytes and the envelope that nodemailer makes of an email. */
async function compose(sender: SiteSender, message: TransactionalMessage) {
  const mime = new MailComposer(composeTransactionalEmail(templates, sender, message)).compile();
  return { raw: await mime.build(), envelope: mime.getEnvelope() };
}

describe('Transactional emails', () => {
  it.each(TRANSACTIONAL_KINDS)(
    'The %s email is well formed and has its link in the HTML and in the text',
    async (kind) => {
      const { raw, envelope } = await compose(buildSender(), buildTransactionalEmail(kind));
      expectWellFormed(raw);
      expect(envelope).toEqual({ from: 'papers@example.org', to: ['ada@example.org'] });
      const mail = await PostalMime.parse(raw);
      expect(mail.html).toContain(`href="${LINK}"`);
      expect(mail.text).toContain(`\n${LINK}\n`);
      expect(mail.text).toContain('ada@example.org');
      expect(mail.html).toContain('12 Example Street');
      expect(mail.text).not.toMatch(/&[a-z#]|{{|<|undefined|null/);
      expect(mail.html).not.toMatch(/{{|undefined|null|<img|<script|<link/);
      expect(headerValues(raw, 'Auto-Submitted')).toEqual(['auto-generated']);
      for (const name of ['From', 'To', 'Subject', 'Date', 'Message-ID', 'MIME-Version']) {
        expect(headerValues(raw, name)).toHaveLength(1);
      }
      const hasUnsubscribe = kind === 'welcome' || kind === 'return';
      expect(headerValues(raw, 'List-Unsubscribe')).toEqual(
        hasUnsubscribe ? [`<${UNSUBSCRIBE_URL}>`] : [],
      );
      expect(headerValues(raw, 'List-Unsubscribe-Post')).toEqual(
        hasUnsubscribe ? ['List-Unsubscribe=One-Click'] : [],
      );
      for (const line of mail.text?.split('\n') ?? []) {
        if (!line.includes('https://')) expect(line.length).toBeLessThanOrEqual(72);
      }
    },
  );

  it('A welcome from a site without https offers no one-click unsubscribing, only the link', async () => {
    const unsubscribeUrl = UNSUBSCRIBE_URL.replace('https:', 'http:');
    const email = { ...buildTransactionalEmail('welcome'), unsubscribeUrl };
    const { raw } = await compose(buildSender(), email);
    expect(headerValues(raw, 'List-Unsubscribe')).toEqual([`<${unsubscribeUrl}>`]);
    expect(headerValues(raw, 'List-Unsubscribe-Post')).toEqual([]);
  });

  it('A confirmation email says what comes, how long the link works, and what to do if it wasn’t you', async () => {
    const { raw } = await compose(buildSender(), buildTransactionalEmail('confirm'));
    const { text, subject } = await PostalMime.parse(raw);
    expect(subject).toBe('Confirm your subscription to Paperboy');
    expect(text?.replace(/\s+/g, ' ')).toContain('every day at 07:00, Berlin time.');
    expect(text).toContain('48 hours');
    expect(text?.replace(/\s+/g, ' ')).toContain('If this wasn’t you, ignore this email');
  });

  it('A welcome email says what comes when, and links to the settings and the latest issue', async () => {
    const { raw } = await compose(buildSender(), buildTransactionalEmail('welcome'));
    const { text = '', subject } = await PostalMime.parse(raw);
    expect(subject).toBe('You’re subscribed to Paperboy');
    expect(text.replace(/\s+/g, ' ')).toContain(
      'at most ten papers, about State space; Hardware, kernels & edge.',
    );
    expect(text).toContain(
      'The latest issue, Friday, 8 May 2026, No. 128:\nhttps://papers.example.org/digests/2026-05-08\n',
    );
    const bare = buildTransactionalEmail('welcome', {
      latest: null,
      topicNames: [],
      preferences: { ...buildTransactionalEmail('welcome').preferences, papers: 1, minutes: 5 },
    });
    const other = await PostalMime.parse((await compose(buildSender(), bare)).raw);
    expect(other.text?.replace(/\s+/g, ' ')).toContain(
      'five minutes of reading, the best of all topics.',
    );
    expect(other.text).not.toContain('latest issue');
  });

  it('A goodbye email offers to subscribe again, or to get less', async () => {
    const { raw } = await compose(buildSender(), buildTransactionalEmail('goodbye'));
    const { text = '', subject } = await PostalMime.parse(raw);
    expect(subject).toBe('You’ve unsubscribed from Paperboy');
    expect(text).toContain(`Subscribe again:\n${LINK}\n`);
    expect(text).toContain('30 days');
    expect(text.replace(/\s+/g, ' ')).toContain('three papers, once a week');
  });

  it('A return email lists the papers with numbers and links, and its subject names the best', async () => {
    const { raw } = await compose(buildSender(), buildTransactionalEmail('return'));
    const { text = '', html = '', subject } = await PostalMime.parse(raw);
    expect(subject).toBe('While you were away: Gazette 0: On the Delivery of Papers, and 9 more');
    expect(text).toContain('\n 1. Gazette 0: On the Delivery of Papers\n');
    expect(text).toContain('\n10. Gazette 9: On the Delivery of Papers\n');
    expect(text).toContain('\n    https://arxiv.org/abs/2605.10009\n');
    expect(html.match(/<h3/g)).toHaveLength(10);
    expect(html).toContain('href="https://arxiv.org/abs/2605.10000"');
    const alone = buildTransactionalEmail('return', {
      papers: [{ paper: buildRankedPaper(), reason: REASON }],
    });
    const one = await PostalMime.parse((await compose(buildSender(), alone)).raw);
    expect(one.subject).toBe('While you were away: Gazette 0: On the Delivery of Papers');
    expect(one.text?.replace(/\s+/g, ' ')).toContain('the one you shouldn’t miss');
  });

  it.each(HOSTILE_TEXTS)(
    'A paper called %.40j does not change the structure of the email',
    async (title) => {
      const hostile = buildTransactionalEmail('return', {
        papers: [
          {
            paper: buildRankedPaper({
              title,
              abstract: `${title}.`,
              organization: title,
              url: title,
            }),
            reason: { label: title, sentence: title },
          },
        ],
        topicNames: [title],
      });
      const { raw } = await compose(buildSender(), hostile);
      expectWellFormed(raw);
      expect(headerValues(raw, 'Bcc')).toEqual([]);
      expect((await PostalMime.parse(raw)).html).not.toMatch(/<script|<img|onerror=/);
    },
  );

  it.each(['export', 'erase'] as const)(
    'The %s email says that its link works for 30 minutes',
    async (kind) => {
      const { raw } = await compose(buildSender(), buildTransactionalEmail(kind));
      expect((await PostalMime.parse(raw)).text).toContain('30 minutes');
    },
  );

  it('An email composed again has the same bytes', async () => {
    const [first, second] = await Promise.all([
      compose(buildSender(), buildTransactionalEmail('confirm')),
      compose(buildSender(), buildTransactionalEmail('confirm')),
    ]);
    expect(first.raw.equals(second.raw)).toBe(true);
  });

  it.each(HOSTILE_TEXTS)(
    'An email with %.40j as the name of the site is well formed',
    async (text) => {
      const hostile = buildSender({
        siteName: text,
        from: { name: text, address: 'papers@example.org' },
      });
      const { raw } = await compose(hostile, buildTransactionalEmail('confirm'));
      expectWellFormed(raw);
      expect(headerValues(raw, 'Bcc')).toEqual([]);
      const mail = await PostalMime.parse(raw);
      expect(mail.from?.address).toBe('papers@example.org');
      expect(mail.to).toEqual([{ name: '', address: 'ada@example.org' }]);
      expect(mail.html).not.toMatch(/<script|<img/);
    },
  );

  it('An address that names a second recipient is an error', () => {
    const to = 'b@y.org, c@y.org';
    expect(() =>
      composeTransactionalEmail(
        templates,
        buildSender(),
        buildTransactionalEmail('confirm', { to }),
      ),
    ).toThrow('An address is not plain ASCII');
  });
});
