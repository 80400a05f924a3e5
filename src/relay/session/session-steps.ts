import type { SessionCommand, SessionState } from './session-state.ts';
import type { SmtpTransaction } from './smtp-transaction.ts';
import { STAGES, type StageName } from './stages.ts';

export const NO_COMMANDS: readonly SessionCommand[] = [];

export const FINAL_DOT = '.\r\n';

/** Awaits what `phase` is named after. Its timeout begins. */
export function enterPhase(state: SessionState, phase: StageName): readonly SessionCommand[] {
  state.phase = phase;
  state.waitedSeconds = 0;
  return NO_COMMANDS;
}

/** Writes a command and awaits its reply. */
export function sendCommand(
  state: SessionState,
  phase: StageName,
  line: string,
): readonly SessionCommand[] {
  enterPhase(state, phase);
  return [{ kind: 'write', line }];
}

/** Closes the connection. Only a message whose final dot was sent is unknown: before the dot no
 *  relay can have taken it. */
export function endSession(state: SessionState, problem: string): readonly SessionCommand[] {
  const commands: SessionCommand[] = [{ kind: 'close' }];
  const { transaction, pipelined, phase, isStale } = state;
  state.hasEnded = true;
  state.transaction = null;
  state.pipelined = null;
  if (transaction && phase === 'dot') commands.push({ kind: 'unknown', transaction, problem });
  else if (transaction) commands.push({ kind: 'unsent', transaction, problem, isStale });
  if (pipelined) commands.push(giveBack(pipelined, problem));
  const isRefused = state.isServiceClosing && !state.hasAcceptedMessage;
  commands.push({ kind: 'ended', problem, isRefused });
  return commands;
}

/** Gives back a message that this session has not begun: another connection may take it. */
export function giveBack(transaction: SmtpTransaction, problem: string): SessionCommand {
  return { kind: 'unsent', transaction, problem, isStale: true };
}

/** What the session waits for, for error messages. */
export function describeAwaited({ phase }: SessionState): string {
  return STAGES[phase].awaited;
}
