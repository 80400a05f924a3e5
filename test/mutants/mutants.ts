// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the places are text of a program.

/** A change that breaks a promise of the sending engine. */
export interface Mutant {
  name: string;
  /** What it breaks. */
  about: string;
  file: string;
  /** Occurs once in the file. */
  find: string;
  replace: string;
}

const TRANSITIONS = 'src/db/deliveries/transitions';

/** Each must turn the simulation red. Those that it finds first come first. */
export const MUTANTS: readonly Mutant[] = [
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
    name: 'unknown-is-taken',
    about: 'a mail whose dot was not answered counts as sent',
    file: 'src/domain/deliveries/outcome.ts',
    find: "unknown: 'unknown',",
    replace: "unknown: 'sent',",
  },
  {
    name: 'cancelled-is-deferred',
    about:
      'a mail that a worker gave up before its dot, for no fault of it or of a relay, must wait',
    file: 'src/domain/deliveries/outcome.ts',
    find: "cancelled: 'pending',",
    replace: "cancelled: 'deferred',",
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
    name: 'sending-in-limbo',
    about:
      'a mail that may not be sent after all stays sending if its commit was repeated (engine review, finding 6)',
    file: 'src/services/deliveries/advance-window.ts',
    find: '    giveBack(state, each.entry, record, now);',
    replace: `
    state.waiting.ended(each.entry, NO_DOMAIN_REPLY, now.getTime());
    state.inFlight -= 1;
    endEntry(each.entry, commands);`,
  },
  {
    name: 'held-batch-is-cancelled',
    about: 'cancelling a digest releases batches that workers send',
    file: `${TRANSITIONS}/skip-cancelled.ts`,
    find: ' AND due_at IS NOT NULL AND lease_id IS NULL',
    replace: ' AND due_at IS NOT NULL',
  },
  {
    name: 'held-batch-is-claimed',
    about: 'a worker claims a batch of another one',
    file: `${TRANSITIONS}/claim.ts`,
    find: `
        AND (lease_id IS NULL OR lease_id = \${leaseId})`,
    replace: '',
  },
  {
    name: 'due-behind-silent-dot',
    about: 'what is due in a batch waits until the relay has answered another mail of it',
    file: 'src/services/deliveries/deliver-batch.ts',
    find: 'if (!mayReclaim()) continue;',
    replace: 'if (mayReclaim()) continue;',
  },
  {
    name: 'reclaimed-while-waiting',
    about: 'a batch is claimed again while mails of it still wait to be sent',
    file: 'src/services/deliveries/deliver-batch.ts',
    find: 'rounds.every((each) => each.isInFlight());',
    replace: 'rounds.length > 0;',
  },
  {
    name: 'in-flight-without-bound',
    about: 'more mails are in flight than a dying worker may leave unknown',
    file: 'src/services/deliveries/advance-window.ts',
    find: 'return maxInFlight - inFlight + completed.length;',
    replace: 'return maxInFlight + completed.length;',
  },
  {
    name: 'released-lease-id-stays',
    about: 'a released batch keeps the id of its lease',
    file: 'src/db/deliveries/batches.ts',
    find: 'UPDATE batches SET lease_id = NULL, due_at = counted.due_at',
    replace: 'UPDATE batches SET due_at = counted.due_at',
  },
  {
    name: 'resend-is-not-counted',
    about: 'the counts of a batch do not follow its resent deliveries',
    file: `${TRANSITIONS}/resend.ts`,
    find: 'await recountBatches(tx, digestId, batchNumbers);',
    replace: '',
  },
  {
    name: 'retried-batches-are-not-listed',
    about: 'a batch whose job was lost is never enqueued again',
    file: 'src/db/deliveries/batches.ts',
    find: 'WHERE due_at <= ${now} AND expires_at > ${now}',
    replace: 'WHERE due_at <= ${now} AND claims = 0 AND expires_at > ${now}',
  },
  {
    name: 'due-time-lost',
    about: 'a released batch forgets when its deferred deliveries are due',
    file: 'src/db/deliveries/batches.ts',
    find: "FILTER (WHERE state IN ('pending', 'deferred')) AS due_at",
    replace: "FILTER (WHERE state = 'pending') AS due_at",
  },
  {
    name: 'no-fence',
    about: 'a late result counts, whatever its lease and attempt',
    file: `${TRANSITIONS}/record-attempts.ts`,
    find: `
        AND delivery.lease_id = attempt.lease_id AND delivery.attempts = attempt.attempts
        AND delivery.state = 'sending'`,
    replace: '',
  },
  {
    name: 'paused-digest-is-sent',
    about: 'mails of a paused or cancelled digest leave',
    file: `${TRANSITIONS}/record-attempts.ts`,
    find: `
        AND EXISTS (
          SELECT FROM digests WHERE id = \${digestId} AND paused_at IS NULL AND cancelled_at IS NULL)`,
    replace: '',
  },
  {
    name: 'suspended-process-sends',
    about: 'a process that was suspended sends under a lease that others have ended',
    file: 'src/services/deliveries/lease.ts',
    find: 'isAlive: (id) => id === lease.id && countMsSince(lease.renewedAt) < LEASE_SECONDS * 1000,',
    replace: 'isAlive: () => true,',
  },
  {
    name: 'claims-are-not-released',
    about: 'a batch keeps its claimed deliveries when the worker stops sending it',
    file: `${TRANSITIONS}/release.ts`,
    find: "WHERE batch = ${batch} AND state = 'claimed' AND lease_id = ${leaseId}`);",
    replace: "WHERE batch = ${batch} AND state = 'claimed' AND false`);",
  },
  {
    name: 'resend-of-any-batch',
    about: 'deliveries are made pending in batches that are not due (engine review, finding 5)',
    file: `${TRANSITIONS}/resend.ts`,
    find: ' AND batch = ANY(${sql.param(batchNumbers)}::int[])`);',
    replace: '`);',
  },
  {
    name: 'resend-not-due',
    about: 'a batch is not due after its deliveries were made pending',
    file: `${TRANSITIONS}/resend.ts`,
    find: 'await lockAndMarkDue(tx, digestId, batchNumbers, now);',
    replace: '',
  },
  {
    name: 'unknown-is-retried',
    about: 'a mail whose final dot was not answered is sent again',
    file: 'src/domain/deliveries/outcome.ts',
    find: "unknown: 'unknown',",
    replace: "unknown: 'deferred',",
  },
  {
    name: 'live-leases-end',
    about: 'the sweep ends leases of live workers',
    file: 'src/db/deliveries/leases.ts',
    find: 'AND (NOT (${sql.raw(LIVE_LEASE)})',
    replace: 'AND (true',
  },
  {
    name: 'dead-leases-stay',
    about: 'nobody takes over the deliveries of a dead worker',
    file: 'src/db/deliveries/leases.ts',
    find: 'AND (NOT (${sql.raw(LIVE_LEASE)})',
    replace: 'AND (false AND NOT (${sql.raw(LIVE_LEASE)})',
  },
  {
    name: 'sending-is-pending-again',
    about: 'what a dead worker was sending is sent again',
    file: `${TRANSITIONS}/end-leases.ts`,
    find: "state = CASE state WHEN 'sending' THEN 'unknown' ELSE 'pending' END",
    replace: "state = 'pending'",
  },
  {
    name: 'no-commit-before-data',
    about: 'mails leave although their commit was refused',
    file: `${TRANSITIONS}/record-attempts.ts`,
    find: 'sendableIds: new Set((row?.sendable ?? []).map(Number)),',
    replace: 'sendableIds: new Set(next.map(({ subscriberId }) => subscriberId)),',
  },
  {
    name: 'claimed-after-unsubscribe',
    about: 'a subscriber who has left still gets a mail that a worker has claimed',
    file: `${TRANSITIONS}/skip-subscriber.ts`,
    find: `
  claimed: ['skipped'],`,
    replace: '',
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
  {
    name: 'auto-pause-off',
    about: 'a digest is not paused when too many of its mails fail',
    file: 'src/domain/deliveries/failure-rate-limit.ts',
    find: 'failures > MAX_FAILURES || (failures >= MIN_FAILURES && failures * 2 >= recent.length),',
    replace: 'false,',
  },
];
