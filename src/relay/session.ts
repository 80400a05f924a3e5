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

/** How long a pipelined message waits for the reply to the one before it, which may take
 *  minutes. */
const MAX_PIPELINED_WAIT_SECONDS = 30;

/**
 * Opens a connection and keeps it until it ends. With PIPELINING (RFC 2920) the commands of a
 * message are sent in one write, together with the final dot of the message before. The dot is
 * never in one write with its own message: it is sent once the system has taken everything before
 * it. So when a connection breaks earlier, the message was certainly not sent.
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
  /** The message being sent; null also while the remaining replies to a refused one are awaited. */
  let transaction: SmtpTransaction | null = null;
  /** The message whose commands were sent behind the dot of `transaction`. */
  let pipelined: SmtpTransaction | null = null;
  /** How long `pipelined` has waited for the reply to that dot. */
  let pipelinedWaitSeconds = 0;
  /** Whether a pipelined message was given back after its commands were sent. Its DATA will be
   *  accepted, so this connection may send no further dot. */
  let isPipelinedAbandoned = false;
  let isMailFromAccepted = false;
  let hasAcceptedMessage = false;
  /** Whether the relay replied 421: it closes the connection (RFC 5321 §3.8). */
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

  /** What a reply means in each state. */
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
    // A valid reply, but the relay may take the rest of the message for commands: close.
    body: (reply) => {
      if (rejectTransaction(reply)) connection.end(`${name} refused the message before its end.`);
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
        return connection.end(`${name} took too long to accept another message.`);
      // The dot of the next message has not been sent, whatever comes now.
      enterState('mail');
      if (reply.code === 421) failSession(reply);
      else if (!transaction) startNextOrIdle();
    },
    // RFC 2920 §3.1: DATA was accepted after all recipients were refused. The refusal was the
    // reply.
    loneDot: startNextOrIdle,
    reset: (reply) => {
      if (isPositiveCompletion(reply)) startNextOrIdle();
      else failSession(reply);
    },
    idle: failSession,
    quit: () => connection.end(`The connection to ${name} was closed.`),
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

  /** Gives a pipelined message back when the reply before it is slow: another connection may be
   *  faster. */
  function abandonLatePipelined() {
    pipelinedWaitSeconds += 1;
    if (pipelined === null || pipelinedWaitSeconds <= MAX_PIPELINED_WAIT_SECONDS) return;
    const abandoned = pipelined;
    pipelined = null;
    isPipelinedAbandoned = true;
    host.onUnsent(abandoned, `${name} took too long to accept another message.`, true);
  }

  /** Ends the connection, which is unusable after this reply. */
  function failSession({ code, text }: RawSmtpReply) {
    isServiceClosing = code === 421;
    const replyText = text.replaceAll('\n', ' ').slice(0, 300);
    connection.end(`${name} said “${replyText}” where it was not expected.`);
  }

  /** Resolves the message with a refusal. False when the reply is no refusal: then the connection
   *  ends. */
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
    const next = takeNextTransaction(host, extensions, { isPipelined: false });
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

  /** Ends an open transaction: a second MAIL would be refused (RFC 5321 §4.1.4). */
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
    // After DATA, only closing the connection cancels the message.
    if (transaction?.maySend() === false) return connection.end(SEND_CANCELLED);
    pipelined = extensions.hasPipelining
      ? takeNextTransaction(host, extensions, { isPipelined: true })
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
