import { pipelineEnvelope } from './envelope.ts';
import { sendEhlo } from './handshake.ts';
import { advanceByReply, followHandshakeStep } from './session-replies.ts';
import type { SessionCommand, SessionEvent, SessionState } from './session-state.ts';
import {
  describeAwaited,
  endSession,
  enterPhase,
  FINAL_DOT,
  giveBack,
  NO_COMMANDS,
  sendCommand,
} from './session-steps.ts';
import { SEND_CANCELLED, type SmtpTransaction } from './smtp-transaction.ts';
import { STAGES } from './stages.ts';

/** How long a pipelined message waits for the reply to the one before it, which may take
 *  minutes. */
const MAX_PIPELINED_WAIT_SECONDS = 30;

/**
 * What a session does when `event` happens: the whole SMTP client, without I/O and without a clock.
 * It changes `state` in place, since a copy for each event would be slower.
 *
 * With PIPELINING (RFC 2920) the commands of a message are sent in one write, together with the
 * final dot of the message before. The dot is never in one write with its own message: it is sent
 * once the system has taken everything before it. So when a connection breaks earlier, the message
 * was certainly not sent.
 */
export function advanceSession(
  state: SessionState,
  event: SessionEvent,
): readonly SessionCommand[] {
  if (state.hasEnded) return refuseNext(event);
  switch (event.kind) {
    case 'connected':
      state.isLoopback = event.isLoopback;
      return enterPhase(state, state.endpoint.isImplicitTls ? 'tls' : 'greeting');
    case 'encrypted':
      state.isEncrypted = true;
      return state.endpoint.isImplicitTls
        ? enterPhase(state, 'greeting')
        : followHandshakeStep(state, sendEhlo(state));
    case 'reply':
      return advanceByReply(state, event.reply, event.isFollowed);
    case 'next':
      return advanceByNext(state, event.transaction);
    case 'written':
      return advanceByWritten(state, event);
    case 'tick':
      return advanceByTick(state);
    case 'quit':
      return sendCommand(state, 'quit', 'QUIT\r\n');
    case 'end':
      return endSession(state, event.problem);
    case 'malformed':
    case 'broken':
    case 'closed':
      return endSession(state, describeBreak(state, event));
  }
}

/** A message that comes when the session has ended is given back. */
function refuseNext(event: SessionEvent): readonly SessionCommand[] {
  if (event.kind !== 'next' || event.transaction === null) return NO_COMMANDS;
  return [giveBack(event.transaction, 'The connection ended before the message was begun.')];
}

function advanceByNext(
  state: SessionState,
  next: SmtpTransaction | null,
): readonly SessionCommand[] {
  if (state.phase === 'body') return sendDot(state, next);
  if (next === null) {
    state.isStale = true;
    enterPhase(state, 'idle');
    return [{ kind: 'idle' }];
  }
  state.transaction = next;
  const { hasPipelining } = state.extensions;
  return sendCommand(
    state,
    'mail',
    hasPipelining ? pipelineEnvelope(next.commands) : next.commands.mail,
  );
}

function advanceByWritten(
  state: SessionState,
  { isWhole, maySend }: { isWhole: boolean; maySend: boolean },
): readonly SessionCommand[] {
  if (state.phase !== 'body') return NO_COMMANDS;
  if (!isWhole) {
    enterPhase(state, 'body');
    return [{ kind: 'writeBlock' }];
  }
  // After DATA, only closing the connection cancels the message.
  if (!maySend) return endSession(state, SEND_CANCELLED);
  return state.extensions.hasPipelining
    ? [{ kind: 'requestNext', isPipelined: true }]
    : sendDot(state, null);
}

function sendDot(
  state: SessionState,
  pipelined: SmtpTransaction | null,
): readonly SessionCommand[] {
  state.pipelined = pipelined;
  state.pipelinedWaitSeconds = 0;
  const behind = pipelined === null ? '' : pipelineEnvelope(pipelined.commands);
  return sendCommand(state, 'dot', FINAL_DOT + behind);
}

function advanceByTick(state: SessionState): readonly SessionCommand[] {
  const commands = abandonLatePipelined(state);
  state.waitedSeconds += 1;
  const timeoutSeconds =
    state.phase === 'greeting' ? state.greetingTimeoutSeconds : STAGES[state.phase].timeoutSeconds;
  if (state.waitedSeconds <= timeoutSeconds) return commands;
  if (state.phase === 'idle') return [{ kind: 'idleTimeout' }];
  const { name } = state.endpoint;
  const problem = `${name}: ${describeAwaited(state)} did not come within ${timeoutSeconds} s.`;
  return [...commands, ...endSession(state, problem)];
}

/** Gives a pipelined message back when the reply before it is slow: another connection may be
 *  faster. */
function abandonLatePipelined(state: SessionState): readonly SessionCommand[] {
  state.pipelinedWaitSeconds += 1;
  const { pipelined } = state;
  if (pipelined === null || state.pipelinedWaitSeconds <= MAX_PIPELINED_WAIT_SECONDS)
    return NO_COMMANDS;
  state.pipelined = null;
  state.isPipelinedAbandoned = true;
  return [giveBack(pipelined, `${state.endpoint.name} took too long to accept a message.`)];
}

function describeBreak(
  state: SessionState,
  event: Extract<SessionEvent, { kind: 'malformed' | 'broken' | 'closed' }>,
): string {
  const { name } = state.endpoint;
  const awaited = describeAwaited(state);
  if (event.kind === 'closed') return `${name} closed the connection before ${awaited} came.`;
  if (event.kind === 'malformed')
    return `${name} sent “${event.line}” instead of ${awaited}: expected three digits and a text (RFC 5321 §4.2).`;
  if (state.phase === 'connect') return `${name} cannot be reached: ${event.message}.`;
  if (state.phase === 'tls') return `TLS with ${name} failed: ${event.message}.`;
  return `The connection to ${name} broke before ${awaited} came: ${event.message}.`;
}
