import type { RelayEndpoint } from '../domain/smtp/relay-url.ts';
import { parseSmtpReply } from '../domain/smtp/smtp-reply.ts';
import {
  decideStep,
  type SessionPhase,
  type SessionStep,
} from '../domain/smtp/transaction-protocol.ts';
import { type BodyWriter, createBodyWriter } from './body.ts';
import { openSmtpConnection } from './connection.ts';
import { DATA_COMMAND, pipelineEnvelope } from './envelope.ts';
import { NO_EXTENSIONS, type SmtpExtensions } from './extensions.ts';
import { performHandshake } from './handshake.ts';
import { prepareTransaction, takeNextTransaction } from './next-transaction.ts';
import { flattenReply, isPositiveCompletion, type RawSmtpReply } from './reply-parser.ts';
import type { SessionHost, SmtpSession } from './session-host.ts';
import { SEND_CANCELLED, type SmtpTransaction } from './smtp-transaction.ts';

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
  let phase: SessionPhase = 'idle';
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
      if (hasOpened && phase === 'idle') host.onIdleTimeout(session);
      else connection.endTimedOut();
    },
    quit: () => sendCommand('quit', 'QUIT\r\n'),
    end: connection.end,
  };

  const steps: Record<SessionStep, (reply: RawSmtpReply) => void> = {
    sendRcpt: () => transaction && sendCommand('rcpt', transaction.commands.rcpt),
    sendData: () => sendCommand('data', DATA_COMMAND),
    awaitRcpt: () => enterPhase('rcpt'),
    awaitData: () => enterPhase('data'),
    sendBody: () => transaction && sendBody(transaction),
    sendLoneDot: () => sendCommand('loneDot', FINAL_DOT),
    sendReset: () => sendCommand('reset', 'RSET\r\n'),
    completeMessage,
    endAfterEarlyRefusal: () => connection.end(`${name} refused the message before its end.`),
    startNext: startNextOrIdle,
    endAfterQuit: () => connection.end(`The connection to ${name} was closed.`),
    fail: failSession,
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
    const { step, isRefusal } = decideStep(phase, reply.code, {
      hasPipelining: extensions.hasPipelining,
      hasMessage: transaction !== null,
      isMailFromAccepted,
    });
    if (phase === 'mail') isMailFromAccepted = isPositiveCompletion(reply);
    if (isRefusal) rejectTransaction(reply);
    else if (step === 'fail' && reply.code === 421 && transaction)
      transaction.isBackoffRequested = true;
    steps[step](reply);
  }

  /** Resolves the message with the reply to its dot, and goes on with the pipelined one. */
  function completeMessage(reply: RawSmtpReply) {
    const completed = transaction;
    transaction = pipelined;
    pipelined = null;
    isStale = true;
    hasAcceptedMessage ||= isPositiveCompletion(reply);
    if (completed) host.onReply(completed, parseSmtpReply(reply.text));
    if (isPipelinedAbandoned) return connection.end(`${name} took too long to accept a message.`);
    // The dot of the next message has not been sent, whatever comes now.
    enterPhase('mail');
    if (reply.code === 421) failSession(reply);
    else if (!transaction) startNextOrIdle();
  }

  function onEnd(problem: string) {
    const [current, next] = [transaction, pipelined];
    transaction = null;
    pipelined = null;
    if (current && phase === 'dot') host.onUnknown(current, problem);
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
    host.onUnsent(abandoned, `${name} took too long to accept a message.`, true);
  }

  /** Ends the connection, which is unusable after this reply. */
  function failSession(reply: RawSmtpReply) {
    isServiceClosing = reply.code === 421;
    connection.end(`${name} said “${flattenReply(reply)}” where it was not expected.`);
  }

  function rejectTransaction(reply: RawSmtpReply) {
    const rejected = transaction;
    transaction = null;
    isStale = true;
    if (rejected) host.onReply(rejected, parseSmtpReply(reply.text));
  }

  function startNextOrIdle() {
    const next = takeNextTransaction(host, extensions, { isPipelined: false });
    if (next) return startTransaction(next);
    isStale = true;
    enterPhase('idle');
    host.onAvailable(session);
  }

  function startTransaction(next: SmtpTransaction) {
    transaction = next;
    sendCommand(
      'mail',
      extensions.hasPipelining ? pipelineEnvelope(next.commands) : next.commands.mail,
    );
  }

  function sendBody({ message }: SmtpTransaction) {
    body.start(message);
    sendBlock();
  }

  function sendBlock() {
    enterPhase('body');
    connection.write(body.nextBlock(), onBlockWritten);
  }

  function onBlockWritten() {
    if (phase !== 'body') return;
    if (!body.isDone()) return sendBlock();
    // After DATA, only closing the connection cancels the message.
    if (transaction?.maySend() === false) return connection.end(SEND_CANCELLED);
    pipelined = extensions.hasPipelining
      ? takeNextTransaction(host, extensions, { isPipelined: true })
      : null;
    pipelinedWaitSeconds = 0;
    sendCommand('dot', pipelined ? FINAL_DOT + pipelineEnvelope(pipelined.commands) : FINAL_DOT);
  }

  function sendCommand(next: SessionPhase, line: string) {
    enterPhase(next);
    connection.write(line);
  }

  function enterPhase(next: SessionPhase) {
    phase = next;
    connection.startStage(next);
  }

  return session;
}
