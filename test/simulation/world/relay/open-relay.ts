import { type Message, writeSegment } from '../../../../src/domain/smtp/message.ts';
import { openRelay, type Relay, type RelayOptions } from '../../../../src/relay/relay.ts';
import type { Owner } from '../scheduler.ts';
import type { RelayNetwork } from './network.ts';

/** The client of a process, on the network of the simulation. */
export function openSimulatedRelay(
  network: RelayNetwork,
  owner: Owner,
  options: Omit<RelayOptions, 'connect' | 'timers'>,
): Relay {
  /** The messages that the client has, by recipient. */
  const held = new Map<string, string[]>();
  const relay = openRelay({
    ...options,
    connect: network.connectFrom(owner, (recipient) => held.get(recipient) ?? []),
  });
  return {
    ...relay,
    send: async (message, maySend, slot) => {
      const { to } = message.envelope;
      const messageId = readMessageId(message);
      held.set(to, [...(held.get(to) ?? []), messageId]);
      const outcome = await relay.send(message, maySend, slot);
      const left = held.get(to)?.filter((each) => each !== messageId) ?? [];
      if (left.length > 0) held.set(to, left);
      else held.delete(to);
      return outcome;
    },
  };
}

/** The Message-ID of a message, from its first segment. */
function readMessageId({ segments, placeholderValue }: Message): string {
  const [head] = segments;
  if (!head) return '';
  const bytes = Buffer.from(head.bytes);
  writeSegment(head, placeholderValue, bytes, 0);
  return /^Message-ID:\s*(<[^>]+>)/im.exec(bytes.toString('latin1'))?.[1] ?? '';
}
