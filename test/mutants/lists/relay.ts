// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the places are text of a program.
import type { Mutant } from '../mutant.ts';

/** Changes to the SMTP client. */
export const RELAY_MUTANTS: readonly Mutant[] = [
  {
    name: 'retried-after-dot',
    about: 'a mail whose dot was sent is given to another connection when the first one breaks',
    file: 'src/relay/session/session-steps.ts',
    find: "if (transaction && phase === 'dot') commands.push({ kind: 'unknown', transaction, problem });",
    replace:
      "if (transaction && phase === 'dot') commands.push({ kind: 'unsent', transaction, problem, isStale: true });",
  },
  {
    name: 'pipelined-counts-as-sent',
    about: 'a reply to the commands behind a dot counts as the reply to the next message',
    file: 'src/relay/session/session-replies.ts',
    find: `
  state.transaction = state.pipelined;
  state.pipelined = null;
  enterPhase(state, 'mail');`,
    replace: `
  state.transaction = state.pipelined;
  state.pipelined = null;
  enterPhase(state, state.transaction === null ? 'mail' : 'dot');`,
  },
  {
    name: 'pipelined-is-lost',
    about: 'a mail whose commands were behind an unanswered dot is forgotten with its connection',
    file: 'src/relay/session/session-steps.ts',
    find: 'if (pipelined) commands.push(giveBack(pipelined, problem));',
    replace: '',
  },
  {
    name: 'refusal-of-dot-is-taken',
    about: 'a relay that refuses a whole message counts as having taken it',
    file: 'src/relay/session/session-replies.ts',
    find: "return [{ kind: 'answered', transaction, reply: parseSmtpReply(reply.text) }];",
    replace: `
  const text = state.phase === 'dot' ? '250 2.0.0 Ok' : reply.text;
  return [{ kind: 'answered', transaction, reply: parseSmtpReply(text) }];`,
  },
  {
    name: 'refused-is-sent-on',
    about: 'the mail of a refused recipient is sent on the same connection with the next mail',
    file: 'src/relay/session/session-replies.ts',
    find: "sendReset: (state) => sendCommand(state, 'reset', 'RSET\\r\\n'),",
    replace: 'sendReset: () => REQUEST_NEXT,',
  },
  {
    name: 'no-connection-is-awaited-for-ever',
    about: 'a relay that went down is never tried again',
    file: 'src/relay/pool/advance-pool.ts',
    find: 'if (tickHealth(state.health, !state.isClosing)) connect(state, commands);',
    replace: 'tickHealth(state.health, false);',
  },
  {
    name: 'slots-are-not-released',
    about: 'room that is reserved on a connection and not used is never given back',
    file: 'src/relay/pool/advance-pool.ts',
    find: `
    case 'releaseSlot':
      state.reserved -= 1;`,
    replace: `
    case 'releaseSlot':`,
  },
  {
    name: 'cancelled-mail-is-ended',
    about: 'a cancelled message is ended all the same',
    file: 'src/relay/session/advance-session.ts',
    find: 'if (!maySend) return endSession(state, SEND_CANCELLED);',
    replace: '',
  },
  {
    name: 'abandoned-pipelined-is-ended',
    about: 'a connection ends a mail that it has given back to another one',
    file: 'src/relay/session/session-replies.ts',
    find: 'if (state.isPipelinedAbandoned)',
    replace: 'if (false)',
  },
];
