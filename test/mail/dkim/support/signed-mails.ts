import type { SendOutcome } from '../../../../src/domain/deliveries/outcome.ts';
import { concatMessage, type Message } from '../../../../src/domain/smtp/message.ts';
import { TRANSACTIONAL_KINDS } from '../../../../src/domain/transactional/transactional-email.ts';
import {
  draftDigestMessage,
  finishDigestMessage,
} from '../../../../src/mail/digests/digest-message.ts';
import { createDigestRenderer } from '../../../../src/mail/digests/digest-renderer.ts';
import {
  createDkimSigner,
  type SigningKey,
  signRawMessage,
} from '../../../../src/mail/dkim/signer.ts';
import { loadMailTemplates } from '../../../../src/mail/templates/mail-templates.ts';
import type { SiteSender } from '../../../../src/mail/templates/sender.ts';
import { composeTransactionalEmail } from '../../../../src/mail/transactional/transactional-email.ts';
import { createMailer } from '../../../../src/relay/nodemailer-transport.ts';
import {
  buildAddressedCopy,
  buildDigest,
  buildRankedPapers,
  buildSender,
  buildTransactionalEmail,
  HOSTILE_TEXTS,
} from '../../builders.ts';

export interface SignedMail {
  title: string;
  raw: Buffer;
}

/** Every kind of mail that we send, signed: digests, also with hostile titles, and transactional
 *  emails. */
export async function renderSignedMails(key: SigningKey): Promise<SignedMail[]> {
  const templates = await loadMailTemplates();
  const signer = createDkimSigner(key);
  const renderSignedDigest = async (
    from: SiteSender,
    changes: Parameters<typeof buildRankedPapers>[1],
  ) => {
    const renderer = createDigestRenderer({
      templates,
      sender: from,
      digest: buildDigest(),
      papers: buildRankedPapers(12, changes),
    });
    const copy = buildAddressedCopy(10, {}, { darkHorseRank: 5 });
    return concatMessage(await finishDigestMessage(draftDigestMessage(renderer, copy), signer));
  };
  const renderTransactionalEmail = async (
    from: SiteSender,
    kind: (typeof TRANSACTIONAL_KINDS)[number],
  ) => {
    let raw = Buffer.alloc(0);
    const send = async (message: Message): Promise<SendOutcome> => {
      raw = Buffer.from(concatMessage(message));
      return { kind: 'unsent', problem: 'This relay only looks.', relay: '' };
    };
    const mailer = createMailer({ send }, (unsigned) => signRawMessage(signer, unsigned));
    await mailer.sendMail(
      composeTransactionalEmail(templates, from, buildTransactionalEmail(kind)),
    );
    return raw;
  };
  const buildSenderNamed = (text: string) =>
    buildSender({ siteName: text, from: { name: text, address: 'papers@example.org' } });
  const senderWithReplyTo = buildSender({ replyTo: 'editor@example.org' });
  const mails: SignedMail[] = [
    { title: 'a digest', raw: await renderSignedDigest(buildSender(), {}) },
    { title: 'a digest with Reply-To', raw: await renderSignedDigest(senderWithReplyTo, {}) },
    {
      title: 'a transactional email with Reply-To',
      raw: await renderTransactionalEmail(senderWithReplyTo, 'confirm'),
    },
  ];
  for (const kind of TRANSACTIONAL_KINDS) {
    mails.push({
      title: `the email “${kind}”`,
      raw: await renderTransactionalEmail(buildSender(), kind),
    });
  }
  for (const [at, text] of HOSTILE_TEXTS.entries()) {
    const changes = { title: text, abstract: text, organization: text, url: text };
    const short = `${at}, ${JSON.stringify(text.slice(0, 20))}`;
    mails.push({
      title: `a digest with text ${short}`,
      raw: await renderSignedDigest(buildSenderNamed(text), changes),
    });
    mails.push({
      title: `an email with text ${short}`,
      raw: await renderTransactionalEmail(buildSenderNamed(text), 'confirm'),
    });
  }
  return mails;
}
