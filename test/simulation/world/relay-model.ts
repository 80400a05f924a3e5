import type { SendOutcome } from '../../../src/domain/deliveries/outcome.ts';
import { type Message, writeSegment } from '../../../src/domain/smtp/message.ts';
import type { Relay } from '../../../src/relay/relay.ts';
import type { SendSlot } from '../../../src/relay/send-slots.ts';
import type { Faults } from './faults.ts';
import type { RelayFault } from './plan.ts';
import type { Random } from './random.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

/** The relay, which all processes send to, as far as it is watched. */
export interface RelayWatch {
  /** The first command of a mail arrived. */
  onBegin(messageId: string, process: string): void;
  /** The relay took a mail. */
  onAccepted(messageId: string, process: string): void;
  /** The client cannot know whether it did. */
  onUnknown(messageId: string, process: string): void;
}

export interface RelayDeps {
  scheduler: Scheduler;
  faults: Faults;
  random: Random;
  trace: Trace;
  watch: RelayWatch;
}

const RELAY = 'relay.example.org:25';

const reply = (code: number, enhanced: string, text: string): SendOutcome => ({
  kind: 'answered',
  reply: { code, enhanced, text },
  relay: RELAY,
});

const unsent = (problem: string): SendOutcome => ({ kind: 'unsent', problem, relay: RELAY });

/** What a fault makes of a mail, where it ends before the dot. */
const ENDS_BEFORE_DOT: Partial<Record<RelayFault, SendOutcome>> = {
  'refused-connection': unsent('The relay cannot be reached.'),
  'mail-4xx': reply(451, '4.3.0', 'Later.'),
  'rcpt-4xx': reply(450, '4.2.1', 'Later.'),
  'rcpt-5xx': reply(550, '5.1.1', 'No such user.'),
  'rcpt-421': {
    ...{ kind: 'unsent', problem: 'The relay closed.', relay: RELAY },
    requestsBackoff: true,
  },
  'data-4xx': reply(451, '4.3.0', 'Later.'),
  'cut-before-dot': unsent('The connection was lost before the final dot.'),
};

const ENDS_AT_DOT: Partial<Record<RelayFault, SendOutcome>> = {
  'dot-4xx': reply(451, '4.3.0', 'Later.'),
  'dot-5xx': reply(554, '5.7.1', 'No.'),
};

/** How long the answer to the dot is waited for (RFC 5321 §4.5.3.2.6), in ms. */
const DOT_TIMEOUT_MS = 600_000;

const ACCEPTED = reply(250, '2.0.0', 'Ok.');

/** The relay client of a process, in front of a relay that takes everything but what a fault hits.
 *  */
export function createRelayModel(deps: RelayDeps, owner: Owner, connections: number): Relay {
  const { scheduler, faults, random, trace, watch } = deps;
  const waiting: (() => void)[] = [];
  let free = connections;
  let isClosed = false;

  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      scheduler.after(ms, owner, resolve);
    });
  /** One command and its answer. */
  const command = (extraMs = 0) => wait(1 + 6 * random.next() + extraMs);

  const transact = async (message: Message, maySend: () => boolean): Promise<SendOutcome> => {
    const messageId = readMessageId(message);
    if (isClosed || !maySend()) return unsent('Sending was cancelled.');
    const fault = faults.takeRelay(owner.name);
    if (fault) trace.add(owner.name, `relay ${fault.fault}: ${messageId}`);
    const kind = fault?.fault;
    if (kind !== 'refused-connection') watch.onBegin(messageId, owner.name);
    const slowMs = kind === 'slow' ? (fault?.delayMs ?? 0) : 0;
    await command(slowMs);
    const early = kind && ENDS_BEFORE_DOT[kind];
    if (early) return early;
    await command();
    if (!maySend()) return unsent('Sending was cancelled.');
    // From here on the dot is on its way, whatever becomes of the process.
    const arrival = 0.5 + 3 * random.next();
    const takes = kind !== 'cut-at-dot' && !(kind && ENDS_AT_DOT[kind]);
    if (takes) scheduler.after(arrival, null, () => watch.onAccepted(messageId, owner.name));
    if (kind === 'silent-after-dot') await wait(DOT_TIMEOUT_MS);
    else await command(arrival + slowMs);
    if (kind === 'cut-after-dot' || kind === 'cut-at-dot' || kind === 'silent-after-dot') {
      watch.onUnknown(messageId, owner.name);
      return { kind: 'unknown', problem: 'No answer to the final dot.', relay: RELAY };
    }
    return (kind && ENDS_AT_DOT[kind]) || ACCEPTED;
  };

  return {
    send: async (message, maySend = () => true) => {
      if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      else free -= 1;
      const outcome = await transact(message, maySend);
      const next = waiting.shift();
      if (next) next();
      else free += 1;
      return outcome;
    },
    requestSlots: (count, listener) => {
      if (isClosed) listener([], count);
      else listener(Array<SendSlot>(count).fill({ relayIndex: 0 }), 0);
    },
    releaseSlot: () => undefined,
    isAvailable: () => !isClosed,
    close: async () => {
      isClosed = true;
    },
  };
}

/** The Message-ID of a message, from its first segment. */
export function readMessageId({ segments, placeholderValue }: Message): string {
  const [head] = segments;
  if (!head) return '';
  const bytes = Buffer.from(head.bytes);
  writeSegment(head, placeholderValue, bytes, 0);
  return /^Message-ID:\s*(<[^>]+>)/im.exec(bytes.toString('latin1'))?.[1] ?? '';
}
