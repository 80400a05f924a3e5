import type { Faults } from '../faults.ts';
import type { RelayFault, RelayStep } from '../plan.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Trace } from '../trace.ts';

/** What clients send: lines, or a part of a message. */
export type Chunk = string | { messageId: string | null };

/** A connection, as the server writes to it. */
interface ServerSocket {
  /** `isDivided`: it arrives in several pieces. `messageId`: it is the reply to this message. */
  reply(text: string, options: { isDivided: boolean; messageId: string | null }): void;
  /** Ends the connection. `isReset`: what has not arrived yet is lost. */
  close(isReset: boolean): void;
  /** Whether the client may never get the replies to what it sends, or too late. */
  setDoubtful(isDoubtful: boolean): void;
}

/** What the server knows of one connection. */
export interface ServerSession {
  /** A client has connected. */
  greet(): void;
  receive(chunk: Chunk): void;
  /** TLS has begun: the session is as new (RFC 3207 §4.2). */
  restart(): void;
}

/** What is watched at the relays. */
export interface RelayWatch {
  /** The client names the recipient of a mail, or ends it. */
  onBegin(messageId: string, process: string): void;
  /** The relay took a mail. */
  onAccepted(messageId: string, process: string): void;
  /** The client cannot know whether it did. */
  onUnknown(messageId: string): void;
  /** The client broke the protocol. */
  onMisuse(message: string): void;
}

export interface ServerDeps {
  scheduler: Scheduler;
  faults: Faults;
  random: Random;
  trace: Trace;
  watch: RelayWatch;
  /** The extensions that relays offer. */
  extensions: readonly string[];
}

type Effect = RelayFault['effect'];

const STEP_BY_VERB: Readonly<Record<string, RelayStep>> = {
  EHLO: 'ehlo',
  HELO: 'helo',
  STARTTLS: 'starttls',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
  RSET: 'reset',
  QUIT: 'quit',
};

/** Effects after which the server has carried out the command. */
const CARRIES_OUT: ReadonlySet<Effect> = new Set([
  ...(['cut-after', 'silent-after', 'divided', 'garbled'] as const),
]);

/** Effects that may keep the client from learning what became of a message. */
const HIDES_REPLY: ReadonlySet<Effect> = new Set([
  ...(['cut-before', 'cut-after', 'silent-before', 'silent-after', 'garbled', 'late'] as const),
]);

const REFUSALS: Partial<Record<Effect, string>> = {
  '4xx': '451 4.3.0 Later',
  '5xx': '554 5.7.1 No',
  '421': '421 4.3.2 Closing',
};

/**
 * A strict SMTP server on one connection, which takes every mail but for the faults of the plan: a
 * command out of place is a misuse.
 */
export function createServerSession(
  { scheduler, faults, random, trace, watch, extensions }: ServerDeps,
  socket: ServerSocket,
  process: string,
): ServerSession {
  let isPipelining = false;
  const waiting: Chunk[] = [];
  let phase: 'commands' | 'message' | 'over' = 'commands';
  let isStalled = false;
  let hasMail = false;
  let hasRecipient = false;
  let messageId: string | null = null;

  const resetTransaction = () => {
    hasMail = false;
    hasRecipient = false;
    messageId = null;
  };
  const send = (text: string, effect?: Effect, of: string | null = null) =>
    socket.reply(`${text}\r\n`, { isDivided: effect === 'divided', messageId: of });
  const close = (isReset: boolean) => {
    phase = 'over';
    socket.close(isReset);
  };

  /** Carries out a command and returns the reply. */
  const carryOut = (step: RelayStep): string => {
    switch (step) {
      case 'connect':
      case 'greeting':
        return '220 relay.example.org ESMTP';
      case 'helo':
        return '250 relay.example.org';
      case 'ehlo':
        isPipelining = extensions.includes('PIPELINING');
        return ['relay.example.org', ...extensions]
          .map((each, at, all) => `250${at === all.length - 1 ? ' ' : '-'}${each}`)
          .join('\r\n');
      case 'starttls':
        return '220 2.0.0 Go ahead';
      case 'mail':
        if (hasMail) watch.onMisuse(`${process} began a mail within another one.`);
        hasMail = true;
        return '250 2.1.0 Ok';
      case 'rcpt':
        if (!hasMail) return '503 5.5.1 MAIL first';
        hasRecipient = true;
        return '250 2.1.5 Ok';
      case 'data':
        // A relay may accept DATA after its recipient was refused (RFC 2920 §3.1).
        if (!hasMail || (!hasRecipient && random.chance(0.5))) return '503 5.5.1 RCPT first';
        phase = 'message';
        return '354 Go on';
      case 'body':
        return '';
      case 'dot':
        return takeMessage();
      case 'reset':
        resetTransaction();
        return '250 2.0.0 Ok';
      case 'quit':
        return '221 2.0.0 Bye';
    }
  };

  const takeMessage = (): string => {
    const taken = hasRecipient ? messageId : null;
    const isAddressed = hasRecipient;
    endMessage();
    if (!isAddressed) return '554 5.5.1 No valid recipients';
    if (taken === null) {
      watch.onMisuse(`${process} sent a message without Message-ID.`);
      return '554 5.6.0 No Message-ID';
    }
    watch.onAccepted(taken, process);
    return '250 2.0.0 Ok';
  };

  const endMessage = () => {
    phase = 'commands';
    resetTransaction();
  };

  const refuse = (step: RelayStep, effect: Effect, reply: string) => {
    const of = step === 'dot' ? messageId : null;
    if (step === 'dot') endMessage();
    send(reply, undefined, of);
    // The client may still be sending the rest of the message.
    if (effect === '421' || step === 'body' || step === 'greeting') close(false);
  };

  /** Does what a command asks for, or what a fault makes of it. */
  const perform = (step: RelayStep, line: string) => {
    const fault = faults.takeRelay(process, step);
    const of = step === 'dot' ? messageId : null;
    const effect = fault?.effect;
    if (fault) trace.add(process, `relay ${step}-${effect}: ${of ?? line}`);
    if (fault && HIDES_REPLY.has(fault.effect)) socket.setDoubtful(true);
    if (effect === 'late') {
      isStalled = true;
      scheduler.after(fault?.delayMs ?? 0, null, () => {
        isStalled = false;
        socket.setDoubtful(false);
        if (phase === 'over') return;
        finish(step);
        takeWaiting();
      });
      return;
    }
    const refusal = effect && REFUSALS[effect];
    if (effect && refusal) return refuse(step, effect, refusal);
    if (effect === undefined || CARRIES_OUT.has(effect)) finish(step, effect);
    if (effect === 'cut-before' || effect === 'cut-after') close(random.chance(0.5));
    if (effect === 'silent-before' || effect === 'silent-after') phase = 'over';
  };

  const finish = (step: RelayStep, effect?: Effect) => {
    const of = step === 'dot' ? messageId : null;
    const reply = carryOut(step);
    if (effect === 'cut-after' || effect === 'silent-after' || reply === '') return;
    if (effect === 'garbled') return send('It went well', effect, null);
    send(reply, effect, of);
    if (step === 'quit') close(false);
  };

  const receiveLine = (line: string) => {
    if (phase === 'message') {
      if (line === '.') return perform('dot', line);
      return watch.onMisuse(`${process} sent “${line}” within a message.`);
    }
    const step = STEP_BY_VERB[line.slice(0, 8).split(' ', 1)[0] ?? ''];
    if (step === undefined) watch.onMisuse(`${process} sent “${line}” outside of a message.`);
    else perform(step, line);
  };

  const receivePart = (part: { messageId: string | null }) => {
    if (phase !== 'message') watch.onMisuse(`${process} sent a message that was not asked for.`);
    messageId ??= part.messageId;
    perform('body', '');
  };

  const take = (chunk: Chunk): void => {
    if (typeof chunk !== 'string') {
      receivePart(chunk);
      return;
    }
    const lines = chunk.split('\r\n').slice(0, -1);
    if (lines.length > 1 && !isPipelining)
      watch.onMisuse(`${process} sent commands together without PIPELINING: ${lines.join(' ')}.`);
    const [line = '', ...rest] = lines;
    receiveLine(line);
    if (rest.length > 0) waiting.unshift(`${rest.join('\r\n')}\r\n`);
  };

  /** Takes what has arrived, until a command has to wait or the connection is over. */
  const takeWaiting = () => {
    while (!isStalled && phase !== 'over') {
      const next = waiting.shift();
      if (next === undefined) return;
      take(next);
    }
  };

  const receive = (chunk: Chunk) => {
    waiting.push(chunk);
    takeWaiting();
  };

  return {
    greet: () => perform('greeting', ''),
    receive,
    restart: () => {
      if (phase !== 'over') phase = 'commands';
      resetTransaction();
    },
  };
}
