import { parseSmtpReply } from '../../domain/smtp/smtp-reply.ts';
import {
  decideStep,
  type SessionPhase,
  type SessionStep,
} from '../../domain/smtp/transaction-protocol.ts';
import { DATA_COMMAND } from './envelope.ts';
import { decideHandshakeStep, type HandshakePhase, type HandshakeStep } from './handshake.ts';
import { flattenReply, isPositiveCompletion, type RawSmtpReply } from './reply-parser.ts';
import type { SessionCommand, SessionState } from './session-state.ts';
import {
  describeAwaited,
  endSession,
  enterPhase,
  FINAL_DOT,
  NO_COMMANDS,
  sendCommand,
} from './session-steps.ts';

/** What a session does after a reply. `isFollowed`: more bytes came together with it. */
export function advanceByReply(
  state: SessionState,
  reply: RawSmtpReply,
  isFollowed: boolean,
): readonly SessionCommand[] {
  const { phase } = state;
  if (phase === 'connect' || phase === 'tls') return failSession(state, reply);
  if (isHandshakePhase(phase)) return advanceByHandshakeReply(state, phase, reply, isFollowed);
  return advanceByTransactionReply(state, phase, reply);
}

/** Does what the handshake says. */
export function followHandshakeStep(
  state: SessionState,
  step: HandshakeStep,
): readonly SessionCommand[] {
  switch (step.kind) {
    case 'send':
      return sendCommand(state, step.phase, step.line);
    case 'startTls':
      enterPhase(state, 'tls');
      return [{ kind: 'startTls' }];
    case 'open':
      return [{ kind: 'open' }, { kind: 'requestNext', isPipelined: false }];
    case 'fail':
      return endSession(state, step.problem);
  }
}

const HANDSHAKE_PHASES: ReadonlySet<string> = new Set<HandshakePhase>([
  ...(['greeting', 'ehlo', 'helo', 'startTls'] as const),
  ...(['authLogin', 'authUser', 'auth'] as const),
]);

function isHandshakePhase(phase: HandshakePhase | SessionPhase): phase is HandshakePhase {
  return HANDSHAKE_PHASES.has(phase);
}

/** During the handshake each command waits for its reply. What comes with it was not asked for, and
 *  before STARTTLS it may have been injected by somebody else. */
function advanceByHandshakeReply(
  state: SessionState,
  phase: HandshakePhase,
  reply: RawSmtpReply,
  isFollowed: boolean,
): readonly SessionCommand[] {
  const step = decideHandshakeStep(phase, reply, state);
  if (isFollowed && step.kind !== 'fail')
    return endSession(
      state,
      `${state.endpoint.name} sent more than ${describeAwaited(state)}: “${flattenReply(reply)}” was followed by more bytes.`,
    );
  return followHandshakeStep(state, step);
}

type TransactionStep = (state: SessionState, reply: RawSmtpReply) => readonly SessionCommand[];

const REQUEST_NEXT: readonly SessionCommand[] = [{ kind: 'requestNext', isPipelined: false }];

const STEPS: Record<SessionStep, TransactionStep> = {
  sendRcpt: (state) => sendCommand(state, 'rcpt', state.transaction?.commands.rcpt ?? ''),
  sendData: (state) => sendCommand(state, 'data', DATA_COMMAND),
  awaitRcpt: (state) => enterPhase(state, 'rcpt'),
  awaitData: (state) => enterPhase(state, 'data'),
  sendBody,
  sendLoneDot: (state) => sendCommand(state, 'loneDot', FINAL_DOT),
  sendReset: (state) => sendCommand(state, 'reset', 'RSET\r\n'),
  completeMessage,
  endAfterEarlyRefusal: (state) =>
    endSession(state, `${state.endpoint.name} refused the message before its end.`),
  startNext: () => REQUEST_NEXT,
  endAfterQuit: (state) =>
    endSession(state, `The connection to ${state.endpoint.name} was closed.`),
  fail: failSession,
};

function advanceByTransactionReply(
  state: SessionState,
  phase: SessionPhase,
  reply: RawSmtpReply,
): readonly SessionCommand[] {
  const { step, isRefusal } = decideStep(phase, reply.code, {
    hasPipelining: state.extensions.hasPipelining,
    hasMessage: state.transaction !== null,
    isMailFromAccepted: state.isMailFromAccepted,
  });
  if (phase === 'mail') state.isMailFromAccepted = isPositiveCompletion(reply);
  if (!isRefusal) return STEPS[step](state, reply);
  const refusal = answer(state, reply);
  return [...refusal, ...STEPS[step](state, reply)];
}

/** The reply is the outcome of the message. */
function answer(state: SessionState, reply: RawSmtpReply): readonly SessionCommand[] {
  const { transaction } = state;
  state.transaction = null;
  state.isStale = true;
  if (transaction === null) return NO_COMMANDS;
  return [{ kind: 'answered', transaction, reply: parseSmtpReply(reply.text) }];
}

function sendBody(state: SessionState): readonly SessionCommand[] {
  enterPhase(state, 'body');
  const { transaction } = state;
  return transaction === null ? NO_COMMANDS : [{ kind: 'writeBody', transaction }];
}

/** The reply to the dot is the outcome of the message. The pipelined one is next: its dot has not
 *  been sent, whatever comes now. */
function completeMessage(state: SessionState, reply: RawSmtpReply): readonly SessionCommand[] {
  const answered = answer(state, reply);
  state.hasAcceptedMessage ||= isPositiveCompletion(reply);
  if (state.isPipelinedAbandoned)
    return [
      ...answered,
      ...endSession(state, `${state.endpoint.name} took too long to accept a message.`),
    ];
  state.transaction = state.pipelined;
  state.pipelined = null;
  enterPhase(state, 'mail');
  if (reply.code === 421) return [...answered, ...failSession(state, reply)];
  return state.transaction === null ? [...answered, ...REQUEST_NEXT] : answered;
}

/** Ends the connection, which is unusable after this reply. A 421 to a command that names the
 *  recipient may be about their domain. */
function failSession(state: SessionState, reply: RawSmtpReply): readonly SessionCommand[] {
  const { transaction, phase, endpoint } = state;
  const isServiceClosing = reply.code === 421;
  state.isServiceClosing = isServiceClosing;
  if (isServiceClosing && transaction && phase !== 'mail') transaction.isBackoffRequested = true;
  return endSession(
    state,
    `${endpoint.name} said “${flattenReply(reply)}” where it was not expected.`,
  );
}
