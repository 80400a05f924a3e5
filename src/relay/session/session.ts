import type { RelayEndpoint } from '../../domain/smtp/relay-url.ts';
import { advanceSession } from './advance-session.ts';
import { type BodyWriter, createBodyWriter } from './body.ts';
import type { OpenConnection } from './connection.ts';
import { takeNextTransaction } from './next-transaction.ts';
import type { SessionHost } from './session-host.ts';
import { createSessionState, type SessionCommand, type SessionEvent } from './session-state.ts';
import type { SmtpTransaction } from './smtp-transaction.ts';

/** One connection to a relay, which sends one message after the other. */
export interface SmtpSession {
  /** Sends a message; only while idle. */
  send(transaction: SmtpTransaction): void;
  /** To be called once a second. */
  tick(): void;
  /** Sends QUIT; only while idle. */
  quit(): void;
  /** Closes at once: a message whose dot was sent is `unknown`, others are `unsent`. */
  end(problem: string): void;
}

/** Opens a connection and keeps it until it ends. Does what `advanceSession` decides. */
export function openSmtpSession({
  connect,
  host,
  ...options
}: {
  endpoint: RelayEndpoint;
  heloName: string;
  greetingTimeoutSeconds?: number;
  connect: OpenConnection;
  host: SessionHost;
}): SmtpSession {
  const state = createSessionState(options);
  /** Events that came while the commands of another one were carried out. */
  const laterEvents: SessionEvent[] = [];
  let isBusy = false;
  let body: BodyWriter | undefined;
  const connection = connect(options.endpoint, handle);

  function handle(event: SessionEvent): void {
    if (isBusy) return void laterEvents.push(event);
    isBusy = true;
    try {
      for (let next: SessionEvent | undefined = event; next; next = laterEvents.shift())
        for (const command of advanceSession(state, next)) carryOut(command);
    } finally {
      isBusy = false;
    }
  }

  function carryOut(command: SessionCommand): void {
    switch (command.kind) {
      case 'write':
        connection.write(command.line);
        break;
      case 'writeBody':
        body ??= createBodyWriter();
        body.start(command.transaction.message);
        writeBlock(body);
        break;
      case 'writeBlock':
        if (body) writeBlock(body);
        break;
      case 'startTls':
        connection.startTls();
        break;
      case 'close':
        connection.destroy();
        break;
      case 'open':
        host.onOpen(state);
        break;
      case 'requestNext':
        handleNext(command);
        break;
      case 'idle':
        host.onIdle();
        break;
      case 'idleTimeout':
        host.onIdleTimeout();
        break;
      case 'answered':
        host.onAnswered(command.transaction, command.reply);
        break;
      case 'unsent':
        host.onUnsent(command.transaction, command.problem, command.isStale);
        break;
      case 'unknown':
        host.onUnknown(command.transaction, command.problem);
        break;
      case 'ended':
        host.onEnded(command.problem, command.isRefused);
        break;
    }
  }

  function writeBlock(writer: BodyWriter): void {
    connection.write(writer.nextBlock(), () => {
      const maySend = state.transaction?.maySend() ?? true;
      handle({ kind: 'written', isWhole: writer.isDone(), maySend });
    });
  }

  function handleNext(options: { isPipelined: boolean; offered?: SmtpTransaction }): void {
    handle({ kind: 'next', transaction: takeNextTransaction(host, state.extensions, options) });
  }

  return {
    send: (offered) => handleNext({ isPipelined: false, offered }),
    tick: () => handle({ kind: 'tick' }),
    quit: () => handle({ kind: 'quit' }),
    end: (problem) => handle({ kind: 'end', problem }),
  };
}
