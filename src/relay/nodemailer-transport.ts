import {
  createTransport,
  type SendMailOptions,
  type SentMessageInfo,
  type Transport,
} from 'nodemailer';
import type { SendOutcome } from '../domain/deliveries/outcome.ts';
import { createMessage } from '../domain/smtp/message.ts';
import type { Relay } from './relay.ts';

/** What nodemailer's `sendMail` gives back for a mail that went through our relay. */
export interface RelaySendInfo extends SentMessageInfo {
  outcome: SendOutcome;
}

/** Composes single mails and sends them. */
export interface Mailer {
  /** @throws Error when the mail cannot be composed; what else goes wrong is the `outcome`. */
  sendMail(mail: SendMailOptions): Promise<RelaySendInfo>;
}

/** What goes in front of a composed mail: its signature, or nothing. */
export type SignRawMessage = (raw: Buffer) => Promise<string>;

/** nodemailer on our own relay. */
export function createMailer(
  relay: Pick<Relay, 'send'>,
  sign: SignRawMessage | null = null,
): Mailer {
  return createTransport(createRelayTransport(relay, sign));
}

/**
 * Our relay as a transport of nodemailer, which composes single mails: so there is one way out. What
 * came of it is the `outcome`, also when the relay refused; an error means that nothing was composed.
 */
export function createRelayTransport(
  relay: Pick<Relay, 'send'>,
  sign: SignRawMessage | null = null,
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
