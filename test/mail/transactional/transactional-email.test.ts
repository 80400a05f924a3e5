import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { beforeAll, describe, expect, it } from 'vitest';
import { TRANSACTIONAL_KINDS } from '../../../src/domain/transactional/transactional-email.ts';
import {
  loadMailTemplates,
  type MailTemplates,
} from '../../../src/mail/templates/mail-templates.ts';
import type { Sender } from '../../../src/mail/templates/sender.ts';
import {
  composeTransactionalEmail,
  type TransactionalMessage,
} from '../../../src/mail/transactional/transactional-email.ts';
import {
  buildRankedPaper,
  buildSender,
  buildTransactionalEmail,
  HOSTILE_TEXTS,
  TOKEN,
} from '../builders.ts';
import { expectWellFormed, headerValues } from '../support/message-assertions.ts';

let templates: MailTemplates;
beforeAll(async () => {
  templates = await loadMailTemplates();
});

const LINK = `https://papers.example.org/confirm/${TOKEN}`;
const WAY_OUT = `https://papers.example.org/unsubscribe/${TOKEN}`;

/** The bytes and the envelope that nodemailer makes of a letter. */
async function compose(from: Sender, what: TransactionalMessage) {
  const message = new MailComposer(composeTransactionalEmail(templates, from, what)).compile();
  return { raw: await message.build(), envelope: message.getEnvelope() };
}

describe('composeLetter', () => {
  it.each(TRANSACTIONAL_KINDS)(
    'writes a %s letter that is well formed and holds its link twice over',
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
      const isOfTheList = kind === 'welcome' || kind === 'return';
      expect(headerValues(raw, 'List-Unsubscribe')).toEqual(isOfTheList ? [`<${WAY_OUT}>`] : []);
      expect(headerValues(raw, 'List-Unsubscribe-Post')).toEqual(
        isOfTheList ? ['List-Unsubscribe=One-Click'] : [],
      );
      for (const line of mail.text?.split('\n') ?? []) {
        if (!line.includes('https://')) expect(line.length).toBeLessThanOrEqual(72);
      }
    },
  );

  it('says what a press starts, how long the link works and what to do otherwise', async () => {
    const { raw } = await compose(buildSender(), buildTransactionalEmail('confirm'));
    const { text, subject } = await PostalMime.parse(raw);
    expect(subject).toBe('Confirm that you want Paperboy');
    expect(text).toContain('One press and Paperboy comes every day at 07:00, Berlin time.');
    expect(text).toContain('48 hours');
    expect(text).toContain('If it was not you, do nothing');
  });

  it('that welcomes says what comes when, where it is changed and where the latest edition is', async () => {
    const { raw } = await compose(buildSender(), buildTransactionalEmail('welcome'));
    const { text = '', subject } = await PostalMime.parse(raw);
    expect(subject).toBe('Paperboy comes every day at 07:00, Berlin time');
    expect(text.replace(/\s+/g, ' ')).toContain(
      'at most ten papers, about State space; Hardware, kernels & edge.',
    );
    expect(text).toContain(
      'The latest edition, Friday, 8 May 2026, No. 128:\nhttps://papers.example.org/digests/2026-05-08\n',
    );
    const bare = buildTransactionalEmail('welcome', {
      latest: null,
      topicNames: [],
      preferences: { ...buildTransactionalEmail('welcome').preferences, papers: 1, minutes: 5 },
    });
    const other = await PostalMime.parse((await compose(buildSender(), bare)).raw);
    expect(other.text?.replace(/\s+/g, ' ')).toContain(
      'five minutes of reading, the best of every topic.',
    );
    expect(other.text).not.toContain('latest edition');
  });

  it('that says goodbye has a way back and another way', async () => {
    const { raw } = await compose(buildSender(), buildTransactionalEmail('goodbye'));
    const { text = '', subject } = await PostalMime.parse(raw);
    expect(subject).toBe('The delivery of Paperboy has stopped');
    expect(text).toContain(`Start again:\n${LINK}\n`);
    expect(text).toContain('30 days');
    expect(text.replace(/\s+/g, ' ')).toContain('three, once a week, is also possible');
  });

  it('on return brings the papers, numbered and linked, under the name of the best', async () => {
    const { raw } = await compose(buildSender(), buildTransactionalEmail('return'));
    const { text = '', html = '', subject } = await PostalMime.parse(raw);
    expect(subject).toBe('Gazette 0, and 9 more');
    expect(text).toContain('\n 1. Gazette 0: On the Delivery of Papers\n');
    expect(text).toContain('\n10. Gazette 9: On the Delivery of Papers\n');
    expect(text).toContain('\n    https://arxiv.org/abs/2605.10009\n');
    expect(html.match(/<h3/g)).toHaveLength(10);
    expect(html).toContain('href="https://arxiv.org/abs/2605.10000"');
    const alone = buildTransactionalEmail('return', { papers: [buildRankedPaper()] });
    const one = await PostalMime.parse((await compose(buildSender(), alone)).raw);
    expect(one.subject).toBe('Gazette 0');
    expect(one.text).toContain('the one that you should not miss');
  });

  it.each(HOSTILE_TEXTS)('keeps a paper called %.40j inside its place', async (title) => {
    const hostile = buildTransactionalEmail('return', {
      papers: [buildRankedPaper({ title, abstract: `${title}.`, organization: title, url: title })],
      topicNames: [title],
    });
    const { raw } = await compose(buildSender(), hostile);
    expectWellFormed(raw);
    expect(headerValues(raw, 'Bcc')).toEqual([]);
    expect((await PostalMime.parse(raw)).html).not.toMatch(/<script|<img|onerror=/);
  });

  it.each(['export', 'erase'] as const)(
    'says that the link to %s works for 30 minutes',
    async (kind) => {
      const { raw } = await compose(buildSender(), buildTransactionalEmail(kind));
      expect((await PostalMime.parse(raw)).text).toContain('30 minutes');
    },
  );

  it('is the same for the same arguments, so that a letter sent again is the same letter', async () => {
    const [first, second] = await Promise.all([
      compose(buildSender(), buildTransactionalEmail('confirm')),
      compose(buildSender(), buildTransactionalEmail('confirm')),
    ]);
    expect(first.raw.equals(second.raw)).toBe(true);
  });

  it.each(HOSTILE_TEXTS)('stays well formed with %.40j as the name of the site', async (text) => {
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
  });

  it('refuses an address that names a second recipient', () => {
    const to = 'b@y.org, c@y.org';
    expect(() =>
      composeTransactionalEmail(
        templates,
        buildSender(),
        buildTransactionalEmail('confirm', { to }),
      ),
    ).toThrow(RangeError);
  });
});
