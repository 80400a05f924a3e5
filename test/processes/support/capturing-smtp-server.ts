import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** An SMTP server that accepts and keeps every mail. */
export interface CapturingSmtpServer {
  url: string;
  /** The subjects that each address got, in order. */
  subjects: Map<string, string[]>;
  /** The text of the last mail to an address, or null. */
  textOf(to: string): string | null;
  /** How long a mail waits for its reply, in ms. */
  setDelay(delayMs: number): void;
  close(): Promise<void>;
}

export async function openCapturingSmtpServer(): Promise<CapturingSmtpServer> {
  const subjects = new Map<string, string[]>();
  const texts = new Map<string, string>();
  let delayMs = 0;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    closeTimeout: 100,
    onData(stream, { envelope }, callback) {
      buffer(stream)
        .then(async (raw) => {
          const { subject = '', text = '' } = await PostalMime.parse(raw);
          for (const { address } of envelope.rcptTo) {
            subjects.set(address, [...(subjects.get(address) ?? []), subject]);
            texts.set(address, text);
          }
          await pause(delayMs);
          callback();
        })
        .catch(callback);
    },
  });
  // A killed worker breaks its connections.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    subjects,
    textOf: (to) => texts.get(to) ?? null,
    setDelay: (ms) => {
      delayMs = ms;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
