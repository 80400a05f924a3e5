import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { beforeAll, describe, expect, it } from 'vitest';
import { LETTER_KINDS, type LetterKind } from '../../src/domain/letter.ts';
import { composeLetter, type Letter } from '../../src/mail/letters.ts';
import type { Sender } from '../../src/mail/sender.ts';
import { loadMailTemplates, type MailTemplates } from '../../src/mail/templates.ts';
import { expectWellFormed, headerValues } from './message-checks.ts';
import { HOSTILE_TEXTS, sender } from './samples.ts';

let templates: MailTemplates;
beforeAll(async () => {
  templates = await loadMailTemplates();
});

const LINK = 'https://papers.example.org/confirm/AbCdEfGhIjKlMnOpQrStUv';

function letter(kind: LetterKind, changes: Partial<Letter> = {}): Letter {
  return {
    kind,
    to: 'ada@example.org',
    messageId: '<letter-1@papers.example.org>',
    date: new Date('2026-05-08T05:00:00Z'),
    link: LINK,
    preferences: { frequency: 'daily', hour: 7, timezone: 'Europe/Berlin' },
    ...changes,
  };
}

/** The bytes and the envelope that nodemailer makes of a letter. */
async function compose(from: Sender, what: Letter) {
  const message = new MailComposer(composeLetter(templates, from, what)).compile();
  return { raw: await message.build(), envelope: message.getEnvelope() };
}

describe('composeLetter', () => {
  it.each(LETTER_KINDS)(
    'writes a %s letter that is well formed and holds its link twice over',
    async (kind) => {
      const { raw, envelope } = await compose(sender(), letter(kind));
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
      expect(headerValues(raw, 'List-Unsubscribe')).toEqual([]);
    },
  );

  it('says what a press starts, how long the link works and what to do otherwise', async () => {
    const { raw } = await compose(sender(), letter('confirm'));
    const { text, subject } = await PostalMime.parse(raw);
    expect(subject).toBe('Confirm that you want Paperboy');
    expect(text).toContain('One press and Paperboy comes every day at 07:00, Berlin time.');
    expect(text).toContain('48 hours');
    expect(text).toContain('If it was not you, do nothing');
  });

  it.each(['export', 'erase'] as const)(
    'says that the link to %s works for 30 minutes',
    async (kind) => {
      const { raw } = await compose(sender(), letter(kind));
      expect((await PostalMime.parse(raw)).text).toContain('30 minutes');
    },
  );

  it('is the same for the same arguments, so that a letter sent again is the same letter', async () => {
    const [first, second] = await Promise.all([
      compose(sender(), letter('confirm')),
      compose(sender(), letter('confirm')),
    ]);
    expect(first.raw.equals(second.raw)).toBe(true);
  });

  it.each(HOSTILE_TEXTS)('stays well formed with %.40j as the name of the site', async (text) => {
    const hostile = sender({ siteName: text, from: { name: text, address: 'papers@example.org' } });
    const { raw } = await compose(hostile, letter('confirm'));
    expectWellFormed(raw);
    expect(headerValues(raw, 'Bcc')).toEqual([]);
    const mail = await PostalMime.parse(raw);
    expect(mail.from?.address).toBe('papers@example.org');
    expect(mail.to).toEqual([{ name: '', address: 'ada@example.org' }]);
    expect(mail.html).not.toMatch(/<script|<img/);
  });

  it('refuses an address that names a second recipient', () => {
    const to = 'b@y.org, c@y.org';
    expect(() => composeLetter(templates, sender(), letter('confirm', { to }))).toThrow(RangeError);
  });
});
