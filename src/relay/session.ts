import type { RelayEndpoint } from '../domain/smtp/relay-url.ts';
import { parseSmtpReply } from '../domain/smtp/smtp-reply.ts';
import { type BodyWriter, createBodyWriter } from './body.ts';
import { openSmtpConnection } from './connection.ts';
import { DATA_COMMAND, pipelineEnvelope } from './envelope.ts';
import { NO_EXTENSIONS, type SmtpExtensions } from './extensions.ts';
import { performHandshake } from './handshake.ts';
import { prepareTransaction, takeNextTransaction } from './next-transaction.ts';
import { isPositiveCompletion, type RawSmtpReply } from './reply-parser.ts';
import type { SessionHost, SmtpSession } from './session-host.ts';
import { SEND_CANCELLED, type SmtpTransaction } from './smtp-transaction.ts';
import type { StageName } from './stages.ts';

type State = Extract<
  StageName,
  'mail' | 'rcpt' | 'data' | 'body' | 'dot' | 'loneDot' | 'reset' | 'idle' | 'quit'
>;

const FINAL_DOT = '.\r\n';

/** How long a message waits for the reply to the one before it, which may take minutes. */
const MAX_PIPELINED_WAIT_SECONDS = 30;

/**
 * Opens a connection and keeps it until it ends. With PIPELINING (RFC 2920) the commands of a message
 * go out in one write, those of the next one with the dot of the one before. The dot is never in
 * one write with the message: it goes out when the system has taken all before it, so a connection
 * that breaks earlier has certainly not sent the message.
 */
export function openSmtpSession({
  endpoint,
  heloName,
  ca,
  host,
}: {
  endpoint: RelayEndpoint;
  heloName: string;
  ca: string | undefined;
  host: SessionHost;
}): SmtpSession {
  const { name } = endpoint;
  const connection = openSmtpConnection(endpoint, ca);
  let body: BodyWriter;
  let extensions: SmtpExtensions = NO_EXTENSIONS;
  let hasOpened = false;
  let isStale = false;
  let state: State = 'idle';
  /** The message in hand; null too while the rest of the replies to a refused one is awaited. */
  let transaction: SmtpTransaction | null = null;
  /** The message whose commands went out behind the dot of the one in hand. */
  let pipelined: SmtpTransaction | null = null;
  /** How long it has waited for that one, in seconds. */
  let pipelinedWaitSeconds = 0;
  /** Its commands are on their way and its message went elsewhere: no dot may follow any more. */
  let isPipelinedAbandoned = false;
  let isMailFromAccepted = false;
  let hasAcceptedMessage = false;
  /** The relay said 421: it closes the channel (RFC 5321 §3.8). */
  let isServiceClosing = false;

  const session: SmtpSession = {
    send: (next) =>
      prepareTransaction(next, extensions, host) ? startTransaction(next) : startNextOrIdle(),
    tick: () => {
      if (pipelined) abandonLatePipelined();
      if (!connection.tick()) return;
      if (hasOpened && state === 'idle') host.onIdleTimeout(session);
      else connection.endTimedOut();
    },
    quit: () => sendCommand('quit', 'QUIT\r\n'),
    end: connection.end,
  };

  /** What a reply means where the session stands. */
  const replyHandlers: Record<State, (reply: RawSmtpReply) => void> = {
    mail: (reply) => {
      isMailFromAccepted = isPositiveCompletion(reply);
      if (!isMailFromAccepted && !rejectTransaction(reply)) return;
      if (extensions.hasPipelining) enterState('rcpt');
      else if (transaction) sendCommand('rcpt', transaction.commands.rcpt);
      else startNextOrIdle();
    },
    rcpt: (reply) => {
      if (!isPositiveCompletion(reply) && !rejectTransaction(reply)) return;
      if (extensions.hasPipelining) enterState('data');
      else if (transaction) sendCommand('data', DATA_COMMAND);
      else sendReset();
    },
    data: (reply) => {
      if (reply.code === 354)
        return transaction ? sendBody(transaction) : sendCommand('loneDot', FINAL_DOT);
      if (!rejectTransaction(reply)) return;
      if (isMailFromAccepted) sendReset();
      else startNextOrIdle();
    },
    // An answer all the same; but what the relay makes of the rest of the message, nobody can tell.
    body: (reply) => {
      if (rejectTransaction(reply)) connection.end(`${name} did not want the whole message.`);
    },
    dot: (reply) => {
      if (reply.code < 400 && !isPositiveCompletion(reply)) return failSession(reply);
      const completed = transaction;
      transaction = pipelined;
      pipelined = null;
      isStale = true;
      hasAcceptedMessage ||= isPositiveCompletion(reply);
      if (completed) host.onReply(completed, parseSmtpReply(reply.text));
      if (isPipelinedAbandoned)
        return connection.end(`${name} took too long over another message.`);
      // Of the message that follows no dot is out, whatever comes now.
      enterState('mail');
      if (reply.code === 421) failSession(reply);
      else if (!transaction) startNextOrIdle();
    },
    // RFC 2920 §3.1: the answer was the refusal before it.
    loneDot: startNextOrIdle,
    reset: (reply) => {
      if (isPositiveCompletion(reply)) startNextOrIdle();
      else failSession(reply);
    },
    idle: failSession,
    quit: () => connection.end(`${name} was left.`),
  };

  performHandshake(connection, endpoint, heloName).then(
    (offered) => {
      connection.listen({ onReply, onEnd });
      const problem = connection.problem();
      if (problem !== null) return onEnd(problem);
      extensions = offered;
      body = createBodyWriter();
      hasOpened = true;
      host.onOpen(session);
      startNextOrIdle();
    },
    (error: Error) => {
      connection.end(error.message);
      onEnd(error.message);
    },
  );

  function onReply(reply: RawSmtpReply) {
    if (reply.code !== 421 || state === 'dot' || state === 'quit')
      return replyHandlers[state](reply);
    if (transaction) transaction.isBackoffRequested = true;
    failSession(reply);
  }

  function onEnd(problem: string) {
    const [current, next] = [transaction, pipelined];
    transaction = null;
    pipelined = null;
    if (current && state === 'dot') host.onUnknown(current, problem);
    else if (current) host.onUnsent(current, problem, isStale);
    if (next) host.onUnsent(next, problem, true);
    host.onEnd(session, problem, isServiceClosing && !hasAcceptedMessage);
  }

  /** Gives the message behind a slow dot back: another connection may be quicker. */
  function abandonLatePipelined() {
    pipelinedWaitSeconds += 1;
    if (pipelined === null || pipelinedWaitSeconds <= MAX_PIPELINED_WAIT_SECONDS) return;
    const abandoned = pipelined;
    pipelined = null;
    isPipelinedAbandoned = true;
    host.onUnsent(abandoned, `${name} took too long over another message.`, true);
  }

  /** The connection is of no use after this reply. */
  function failSession({ code, text }: RawSmtpReply) {
    isServiceClosing = code === 421;
    const replyText = text.replaceAll('\n', ' ').slice(0, 300);
    connection.end(`${name} said “${replyText}” where the session could not go on.`);
  }

  /** The message in hand has its answer. False when the reply is none and the connection was ended. */
  function rejectTransaction(reply: RawSmtpReply): boolean {
    if (reply.code < 400) {
      failSession(reply);
      return false;
    }
    const rejected = transaction;
    transaction = null;
    isStale = true;
    if (rejected) host.onReply(rejected, parseSmtpReply(reply.text));
    return true;
  }

  function startNextOrIdle() {
    const next = takeNextTransaction(host, extensions, { ahead: false });
    if (next) return startTransaction(next);
    isStale = true;
    enterState('idle');
    host.onAvailable(session);
  }

  function startTransaction(next: SmtpTransaction) {
    transaction = next;
    sendCommand(
      'mail',
      extensions.hasPipelining ? pipelineEnvelope(next.commands) : next.commands.mail,
    );
  }

  /** Ends a transaction that has not ended by itself: a second MAIL would be refused (RFC 5321 §4.1.4). */
  function sendReset() {
    sendCommand('reset', 'RSET\r\n');
  }

  function sendBody({ message }: SmtpTransaction) {
    body.start(message);
    sendBlock();
  }

  function sendBlock() {
    enterState('body');
    connection.write(body.nextBlock(), onBlockWritten);
  }

  function onBlockWritten() {
    if (state !== 'body') return;
    if (!body.isDone()) return sendBlock();
    // Only the end of the connection takes back what the relay has of it.
    if (transaction?.maySend() === false) return connection.end(SEND_CANCELLED);
    pipelined = extensions.hasPipelining
      ? takeNextTransaction(host, extensions, { ahead: true })
      : null;
    pipelinedWaitSeconds = 0;
    sendCommand('dot', pipelined ? FINAL_DOT + pipelineEnvelope(pipelined.commands) : FINAL_DOT);
  }

  function sendCommand(next: State, line: string) {
    enterState(next);
    connection.write(line);
  }

  function enterState(next: State) {
    state = next;
    connection.startStage(next);
  }

  return session;
}
