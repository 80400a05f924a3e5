import { LETTER_KINDS } from '../../../src/domain/letter.ts';
import { type Message, wholeMessage } from '../../../src/domain/message.ts';
import type { SendOutcome } from '../../../src/domain/outcome.ts';
import { draftDigest, finishDigest } from '../../../src/mail/digest-message.ts';
import { createSigner, type SigningKey, signRaw } from '../../../src/mail/dkim/signer.ts';
import { renderEdition } from '../../../src/mail/edition.ts';
import { composeLetter } from '../../../src/mail/letters.ts';
import type { Sender } from '../../../src/mail/sender.ts';
import { loadMailTemplates } from '../../../src/mail/templates.ts';
import { openMailer } from '../../../src/relay/nodemailer-transport.ts';
import { addressed, digest, HOSTILE_TEXTS, letter, papers, sender } from '../samples.ts';

export interface SignedMail {
  title: string;
  raw: Buffer;
}

/** Every kind of mail that we send, signed: digests, also with hostile titles, and letters. */
export async function everyMail(key: SigningKey): Promise<SignedMail[]> {
  const templates = await loadMailTemplates();
  const signer = createSigner(key);
  const digestOf = async (from: Sender, changes: Parameters<typeof papers>[1]) => {
    const edition = renderEdition(templates, from, digest(), papers(12, changes));
    const copy = addressed(10, {}, { darkHorseRank: 5 });
    return wholeMessage(await finishDigest(draftDigest(edition, copy), signer));
  };
  const letterOf = async (from: Sender, kind: (typeof LETTER_KINDS)[number]) => {
    let raw = Buffer.alloc(0);
    const send = async (message: Message): Promise<SendOutcome> => {
      raw = Buffer.from(wholeMessage(message));
      return { kind: 'unsent', problem: 'This relay only looks.', relay: '' };
    };
    const mailer = openMailer({ send }, (unsigned) => signRaw(signer, unsigned));
    await mailer.sendMail(composeLetter(templates, from, letter(kind)));
    return raw;
  };
  const named = (text: string) =>
    sender({ siteName: text, from: { name: text, address: 'papers@example.org' } });
  const replied = sender({ replyTo: 'editor@example.org' });
  const mails: SignedMail[] = [
    { title: 'a digest', raw: await digestOf(sender(), {}) },
    { title: 'a digest with Reply-To', raw: await digestOf(replied, {}) },
    { title: 'a letter with Reply-To', raw: await letterOf(replied, 'confirm') },
  ];
  for (const kind of LETTER_KINDS) {
    mails.push({ title: `the letter “${kind}”`, raw: await letterOf(sender(), kind) });
  }
  for (const [at, text] of HOSTILE_TEXTS.entries()) {
    const changes = { title: text, abstract: text, organization: text, url: text };
    const short = `${at}, ${JSON.stringify(text.slice(0, 20))}`;
    mails.push({ title: `a digest with text ${short}`, raw: await digestOf(named(text), changes) });
    mails.push({
      title: `a letter with text ${short}`,
      raw: await letterOf(named(text), 'confirm'),
    });
  }
  return mails;
}
