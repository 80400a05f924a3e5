import { parseRelayUrl } from '../../../src/domain/smtp/relay-url.ts';
import { advanceSession } from '../../../src/relay/session/advance-session.ts';
import { buildEnvelopeCommands } from '../../../src/relay/session/envelope.ts';
import {
  createSessionState,
  type SessionEvent,
  type SessionState,
} from '../../../src/relay/session/session-state.ts';
import type { SmtpTransaction } from '../../../src/relay/session/smtp-transaction.ts';
import type { StageName } from '../../../src/relay/session/stages.ts';
import { buildMessage } from './relays.ts';

/** How a message ended; null while it has not. */
type ModelOutcome = string | null;

/** A session without a connection: tests say what the relay sends. */
export interface ModelSession {
  readonly state: SessionState;
  /** Everything written, in order; `<name>` for a message. */
  readonly written: string[];
  /** By name: `accepted`, the code of a refusal, `unsent` or `unknown`. */
  readonly outcomes: Map<string, ModelOutcome>;
  /** How often a dot was written behind each message. */
  readonly dots: Map<string, number>;
  /** Messages that the session has not asked for. */
  readonly queue: string[];
  readonly problem: string | null;
  apply(event: SessionEvent): void;
  /** The relay sends `text`, one line after the other. */
  reply(text: string, isFollowed?: boolean): void;
  /** The relay does what is usual, once. */
  proceed(): void;
  /** The relay does what is usual until the session awaits `stage` for the nth time, is idle or has
   *  ended. */
  proceedTo(stage: StageName, times?: number): void;
}

interface ModelOptions {
  hasPipelining: boolean;
  /** Messages that wait. */
  names: readonly string[];
  maySend?: () => boolean;
}

/** What a relay usually replies. */
const USUAL_REPLIES: Partial<Record<StageName, string>> = {
  greeting: '220 model ESMTP',
  auth: '235 2.7.0 Welcome',
  mail: '250 2.1.0 Ok',
  rcpt: '250 2.1.5 Ok',
  data: '354 Go on',
  dot: '250 2.0.0 Taken',
  loneDot: '554 5.5.1 No valid recipients',
  reset: '250 2.0.0 Ok',
  quit: '221 2.0.0 Bye',
};

export function createModelSession({
  hasPipelining,
  names,
  maySend = () => true,
}: ModelOptions): ModelSession {
  const endpoint = parseRelayUrl('smtp://ada:secret@relay.example.org');
  const state = createSessionState({
    endpoint: { ...endpoint, unsafeAllowsClearTextAuth: true },
    heloName: 'me.example.org',
  });
  const ehlo = ['model', ...(hasPipelining ? ['PIPELINING'] : []), 'AUTH PLAIN']
    .map((line, at, all) => `250${at === all.length - 1 ? ' ' : '-'}${line}`)
    .join('\n');
  const nameOf = new Map<SmtpTransaction, string>();
  const queue = [...names];
  let body: string | null = null;
  let problem: string | null = null;

  const take = (): SmtpTransaction | null => {
    const name = queue.shift();
    if (name === undefined) return null;
    const transaction = buildTransaction(name, state);
    nameOf.set(transaction, name);
    model.outcomes.set(name, null);
    return transaction;
  };

  const end = (transaction: SmtpTransaction, outcome: string) => {
    const name = nameOf.get(transaction) ?? '';
    if (model.outcomes.get(name) !== null) throw new Error(`${name} ended twice.`);
    model.outcomes.set(name, outcome);
  };

  const model = {
    state,
    written: [] as string[],
    outcomes: new Map<string, ModelOutcome>(),
    dots: new Map<string, number>(),
    queue,
    get problem() {
      return problem;
    },
    apply: (event: SessionEvent) => {
      for (const command of advanceSession(state, event)) {
        switch (command.kind) {
          case 'write':
            model.written.push(command.line);
            if (!command.line.startsWith('.\r\n')) break;
            if (body !== null) model.dots.set(body, (model.dots.get(body) ?? 0) + 1);
            body = null;
            break;
          case 'writeBody':
            body = nameOf.get(command.transaction) ?? '';
            model.written.push(`<${body}>`);
            break;
          case 'requestNext':
            model.apply({ kind: 'next', transaction: take() });
            break;
          case 'answered':
            end(command.transaction, summarize(command.reply.code));
            break;
          case 'unsent':
          case 'unknown':
            end(command.transaction, command.kind);
            break;
          case 'ended':
            problem = command.problem;
            break;
        }
      }
    },
    reply: (text: string, isFollowed = false) =>
      model.apply({
        kind: 'reply',
        reply: { code: Number(text.slice(0, 3)), text },
        isFollowed,
      }),
    proceedTo: (stage: StageName, times = 1) => {
      let left = times;
      for (let step = 0; step < 200 && problem === null; step += 1) {
        if (state.phase === stage) left -= 1;
        if (left === 0 || state.phase === 'idle') return;
        model.proceed();
      }
    },
    proceed: () => {
      if (state.phase === 'connect') model.apply({ kind: 'connected', isLoopback: false });
      else if (state.phase === 'body')
        model.apply({ kind: 'written', isWhole: true, maySend: maySend() });
      else if (state.phase !== 'idle')
        model.reply(state.phase === 'ehlo' ? ehlo : (USUAL_REPLIES[state.phase] ?? ''));
    },
  };
  return model;
}

function summarize(code: number): string {
  return code >= 200 && code < 300 ? 'accepted' : String(code);
}

function buildTransaction(name: string, { extensions }: SessionState): SmtpTransaction {
  const message = buildMessage(`${name}@example.org`);
  const commands = buildEnvelopeCommands(message, extensions);
  if (!('mail' in commands)) throw new Error('The model has an invalid address.');
  return {
    message,
    commands,
    maySend: () => true,
    resolve: () => undefined,
    relayIndex: 0,
    isRetried: false,
    isBackoffRequested: false,
    hasSlot: false,
    mustBeginSoon: false,
    queuedAtSeconds: 0,
  };
}
