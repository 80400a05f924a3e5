import type { SendMailOptions, SentMessageInfo, Transport } from 'nodemailer';
import type { SendOutcome } from '../domain/deliveries/outcome.ts';
import { createMessage } from '../domain/smtp/message.ts';
import type { Relay } from './relay.ts';

/** The result of nodemailer's `sendMail` for a mail that went through our relay. */
interface RelaySendInfo extends SentMessageInfo {
  outcome: SendOutcome;
}

/** Composes single mails and sends them. */
export interface Mailer {
  /** Every failure to send is in the `outcome`. @throws Error when the mail cannot be composed. */
  sendMail(mail: SendMailOptions): Promise<RelaySendInfo>;
}

/** Returns what goes in front of a composed mail: its DKIM signature. */
type SignRawMessage = (raw: Buffer) => Promise<string>;

/** A mailer that composes with nodemailer and sends through `relay`. nodemailer is loaded for the
 *  first mail: most processes send none. */
export function createMailer(
  relay: Pick<Relay, 'send'>,
  sign: SignRawMessage | null = null,
): Mailer {
  let transport: Promise<Mailer> | null = null;
  const openTransport = async (): Promise<Mailer> => {
    const { createTransport } = await import('nodemailer');
    return createTransport(createRelayTransport(relay, sign));
  };
  return {
    sendMail: async (mail) => {
      transport ??= openTransport();
      return (await transport).sendMail(mail);
    },
  };
}

/** A transport of nodemailer on our relay, so that every mail leaves by the same client. A refusal
 *  by the relay is an `outcome`; an error means that nothing was composed. */
function createRelayTransport(
  relay: Pick<Relay, 'send'>,
  sign: SignRawMessage | null,
): Transport<RelaySendInfo> {
  return {
    name: 'Paperboy',
    version: '1',
    send: ({ message }, done) => {
      const { from, to } = message.getEnvelope();
      const send = async (): Promise<RelaySendInfo> => {
        const [recipient, ...others] = to;
        if (recipient === undefined || others.length > 0) {
          throw new RangeError(`A mail has ${to.length} recipients: expected one.`);
        }
        const raw = await message.build();
        const signature = sign === null ? '' : await sign(raw);
        const outcome = await relay.send(
          createMessage({ from: from || '', to: recipient }, [
            Buffer.from(signature, 'latin1'),
            raw,
          ]),
        );
        return { envelope: { from, to }, messageId: message.messageId(), outcome };
      };
      send().then((info) => done(null, info), done);
    },
  };
}
