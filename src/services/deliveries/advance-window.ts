import type { AttemptRecord } from '../../db/deliveries/transitions/record-attempts.ts';
import { NO_DOMAIN_REPLY, toDomainReply } from './attempt.ts';
import { markRecorded, markSending, markStarted } from './batch-progress.ts';
import type {
  NextMail,
  WindowCommand,
  WindowCommit,
  WindowEntry,
  WindowEvent,
  WindowResult,
  WindowState,
} from './window-state.ts';

/** Changes that are worth a commit, as a share of the window. */
const MIN_COMMIT_SHARE = 0.4;

/** What is true when an event happens. `canSend`: whether a relay is available and the process does
 *  not stop. */
interface WindowConditions {
  now: Date;
  canSend: boolean;
}

/**
 * What the window does when `event` happens, without I/O and without a clock. It changes `state` in
 * place, since a copy for each event would be slower.
 *
 * A mail goes four steps: it waits; the relay grants a slot for it, so that it can begin at once;
 * one commit makes it `sending`, together with others and with the results that came back; then it
 * is sent. So what waits for a connection or for the rate limit is still `claimed`, and nobody who
 * has unsubscribed by the commit gets the mail.
 */
export function advanceWindow(
  state: WindowState,
  event: WindowEvent,
  conditions: WindowConditions,
): readonly WindowCommand[] {
  const commands: WindowCommand[] = [];
  switch (event.kind) {
    case 'added':
      state.waiting.add(event.entries);
      break;
    case 'slots':
      state.requestedSlots -= event.slots.length + event.refused;
      state.slots.push(...event.slots);
      break;
    case 'lingered':
      state.isLingering = false;
      if (!state.isCommitting) commit(state, conditions, commands);
      break;
    case 'flushed':
      if (!state.isCommitting) commit(state, conditions, commands);
      break;
    case 'checked':
      state.willCheck = false;
      break;
    case 'attempted':
      onAttempted(state, event, conditions);
      break;
    case 'recorded':
      onRecorded(state, event, conditions, commands);
      break;
    case 'recordFailed':
      onRecordFailed(state, event, conditions, commands);
      break;
    case 'committed':
      state.isCommitting = false;
      break;
    case 'postponeRecorded':
      for (const { entry } of event.postponed) endEntry(entry, commands);
      break;
    case 'postponeFailed':
      for (const { entry } of event.postponed)
        commands.push({ kind: 'batchFailed', tracker: entry.tracker, error: event.error });
      break;
  }
  schedule(state, conditions, commands);
  return commands;
}

/** Requests slots for what waits, and commits once that is worth it. */
function schedule(
  state: WindowState,
  conditions: WindowConditions,
  commands: WindowCommand[],
): void {
  if (!conditions.canSend) for (const entry of state.waiting.clear()) dropEntry(entry, commands);
  requestSlots(state, commands);
  if (state.isCommitting) return;
  const { completed, inFlight, maxInFlight } = state;
  const changes = completed.length + countSendable(state);
  if (changes === 0) return;
  const isIdle = inFlight === completed.length;
  if (isIdle || changes >= Math.max(1, Math.floor(maxInFlight * MIN_COMMIT_SHARE))) {
    commit(state, conditions, commands);
  } else if (!state.isLingering) {
    state.isLingering = true;
    commands.push({ kind: 'linger' });
  }
}

/** Messages that may be made `sending` by a commit that records the completed ones. */
function countCapacity({ maxInFlight, inFlight, completed }: WindowState): number {
  return maxInFlight - inFlight + completed.length;
}

function countSendable(state: WindowState): number {
  const { slots, waiting } = state;
  return Math.min(slots.length, waiting.candidateCount, countCapacity(state));
}

/** A slot that nothing waits for is given back: its permit would be used much later. */
function requestSlots(state: WindowState, commands: WindowCommand[]): void {
  const { slots, waiting, requestedSlots } = state;
  const needed = Math.min(waiting.candidateCount, countCapacity(state));
  const missing = needed - slots.length - requestedSlots;
  if (missing > 0) {
    state.requestedSlots += missing;
    commands.push({ kind: 'requestSlots', count: missing });
  }
  // The relay may take long, and meanwhile nothing else may happen.
  if (waiting.candidateCount > 0 && !state.willCheck) {
    state.willCheck = true;
    commands.push({ kind: 'checkLater' });
  }
  if (state.isCommitting || slots.length <= waiting.candidateCount) return;
  commands.push({ kind: 'releaseSlots', slots: slots.splice(waiting.candidateCount) });
}

function commit(state: WindowState, conditions: WindowConditions, commands: WindowCommand[]): void {
  if (state.isLingering) commands.push({ kind: 'stopLingering' });
  state.isLingering = false;
  const results = state.completed;
  const next = takeNext(state, conditions, commands);
  state.completed = [];
  state.inFlight += next.length;
  // All that waits is blocked by its domains: the end of a mail in flight to them schedules a
  // commit.
  if (results.length + next.length === 0) return;
  state.isCommitting = true;
  commands.push({ kind: 'commit', commits: divideByDigest(results, next) });
}

function takeNext(
  state: WindowState,
  { now }: WindowConditions,
  commands: WindowCommand[],
): NextMail[] {
  const capacity = Math.min(state.slots.length, countCapacity(state));
  const { next, blocked, postponed } = state.waiting.take(capacity, now.getTime());
  for (const entry of [...next, ...blocked, ...postponed.map(({ entry }) => entry)])
    if (markStarted(entry)) commands.push({ kind: 'batchStarted', tracker: entry.tracker });
  if (postponed.length > 0)
    commands.push({
      kind: 'postpone',
      postponed: postponed.map(({ entry, until }) => ({ entry, nextAt: new Date(until) })),
    });
  const slots = state.slots.splice(0, next.length);
  return next.flatMap((entry, index) => {
    const slot = slots[index];
    return slot === undefined ? [] : [{ entry, slot }];
  });
}

/** One commit for each digest. The next mails of one digest may take the capacity of another's
 *  results: those come first. */
function divideByDigest(
  results: readonly WindowResult[],
  next: readonly NextMail[],
): WindowCommit[] {
  const digestIds = new Set<number>();
  for (const { entry } of results) digestIds.add(entry.ready.digestId);
  for (const { entry } of next) digestIds.add(entry.ready.digestId);
  const [only] = digestIds;
  if (only !== undefined && digestIds.size === 1) return [{ digestId: only, results, next }];
  const ids = [...digestIds];
  const resultsOf = (id: number) => results.filter(({ entry }) => entry.ready.digestId === id);
  const nextOf = (id: number) => next.filter(({ entry }) => entry.ready.digestId === id);
  return [
    ...ids.map((digestId) => ({ digestId, results: resultsOf(digestId), next: [] })),
    ...ids.map((digestId) => ({ digestId, results: [], next: nextOf(digestId) })),
  ].filter((each) => each.results.length + each.next.length > 0);
}

function onAttempted(
  state: WindowState,
  { entry, attempt }: Extract<WindowEvent, { kind: 'attempted' }>,
  { now }: WindowConditions,
): void {
  const { outcome, result } = attempt;
  if (outcome.kind === 'cancelled') {
    giveBack(state, entry, result, now);
    return;
  }
  state.waiting.ended(entry, toDomainReply(outcome), now.getTime());
  state.completed.push({ entry, record: result, attempt });
}

function onRecorded(
  state: WindowState,
  { commit, sendableIds }: Extract<WindowEvent, { kind: 'recorded' }>,
  { now }: WindowConditions,
  commands: WindowCommand[],
): void {
  const { digestId, results, next } = commit;
  state.inFlight -= results.length;
  const attempts = results.flatMap(({ attempt }) => attempt ?? []);
  commands.push({ kind: 'reportRecorded', digestId, attempts });
  for (const { entry, record } of results) {
    if (record.state === 'sent') entry.tracker.sent += 1;
    endEntry(entry, commands);
  }
  for (const each of next) {
    if (sendableIds.has(each.entry.ready.subscriberId)) {
      markSending(each.entry);
      commands.push({ kind: 'send', ...each });
      continue;
    }
    state.slots.push(each.slot);
    const { subscriberId, leaseId, attempts } = each.entry.ready;
    const record = { subscriberId, leaseId, attempts, state: 'pending' as const, nextAt: now };
    giveBack(state, each.entry, record, now);
  }
}

function onRecordFailed(
  state: WindowState,
  { commit, error }: Extract<WindowEvent, { kind: 'recordFailed' }>,
  { now }: WindowConditions,
  commands: WindowCommand[],
): void {
  const { results, next } = commit;
  state.inFlight -= results.length + next.length;
  for (const { entry, slot } of next) {
    state.slots.push(slot);
    state.waiting.ended(entry, NO_DOMAIN_REPLY, now.getTime());
  }
  for (const { entry } of [...results, ...next])
    commands.push({ kind: 'batchFailed', tracker: entry.tracker, error });
}

/** A mail that was cancelled before its final dot, or not begun: its delivery was skipped, its
 *  digest was paused or cancelled, or its lease has ended. An earlier commit, whose response was
 *  lost, may have made the delivery `sending`. */
function giveBack(state: WindowState, entry: WindowEntry, record: AttemptRecord, now: Date): void {
  state.waiting.ended(entry, NO_DOMAIN_REPLY, now.getTime());
  state.completed.push({ entry, record, attempt: null });
}

/** Takes a mail out of the window without an attempt. */
function dropEntry(entry: WindowEntry, commands: WindowCommand[]): void {
  if (markStarted(entry)) commands.push({ kind: 'batchStarted', tracker: entry.tracker });
  endEntry(entry, commands);
}

function endEntry(entry: WindowEntry, commands: WindowCommand[]): void {
  if (markRecorded(entry)) commands.push({ kind: 'batchEnded', tracker: entry.tracker });
}
