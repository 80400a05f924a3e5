import type { NextTry, Recorded, TryResult } from '../../db/tries.ts';
import type { Clock } from '../../domain/clock.ts';
import type { DigestKind } from '../../domain/digest.ts';
import type { Message } from '../../domain/message.ts';
import { type SendOutcome, settle } from '../../domain/outcome.ts';
import { judgeReply } from '../../domain/smtp-reply.ts';
import type { Relay } from '../../relay/relay.ts';
import { type Group, leave, noteBegun, openGroup, type Sending } from './passage.ts';
import { createWaitingList } from './waiting-list.ts';

/** A delivery whose mail is ready. */
export interface Ready extends NextTry {
  digestId: number;
  kind: DigestKind;
  sendAt: Date;
  /** The part of the address behind the `@`. */
  domain: string;
  /** Under what the address is suppressed, should there be no such reader. */
  emailKey: string;
  /** Makes the mail, when it is about to leave: many wait, and mails are large.
   *  @throws RangeError when none can be made, such as for an address that fits no header. */
  compose: () => Message | Promise<Message>;
}

/** A try whose result is recorded. */
export interface Tried {
  entry: Ready;
  outcome: SendOutcome;
  result: TryResult;
}

export interface WindowDeps {
  relay: Relay;
  /** Rejects only when nothing more can be recorded. */
  record: (
    digestId: number,
    tries: { results: readonly TryResult[]; next: readonly NextTry[]; now: Date },
  ) => Promise<Recorded>;
  /** Called with what a commit recorded; `tooLate` of them had lost their lease before. */
  onRecorded: (digestId: number, tried: readonly Tried[], tooLate: number) => void;
  /** Whether what this lease holds is still ours. */
  isAlive: (leaseId: number) => boolean;
  clock: Clock;
  /** 0 to 1; spreads retries. */
  random: () => number;
  /** Messages that may be in flight. */
  size: number;
  /** Aborted when nothing new is to be sent. */
  stopping: AbortSignal;
}

/** The way of every digest mail of a worker process to the relay. */
export interface SendingWindow {
  /** Sends what may be sent. */
  send(entries: readonly Ready[]): Sending;
  /** Resolves when all that is answered by now is recorded. Never rejects. */
  recorded(): Promise<void>;
}

/** As a share of the window: changes that are worth a commit of their own. */
const WORTH = 0.4;

/** How long fewer of them wait for company, in ms. */
const LINGER_MS = 4;

const NOT_SENT = { isAccepted: false, asksForPatience: false };
const PATIENCE = { isAccepted: false, asksForPatience: true };

/** A delivery in the window, in the group of its batch. */
interface Entry {
  ready: Ready;
  group: Group;
  hasBegun: boolean;
}

interface TriedEntry extends Tried {
  group: Group;
}

/**
 * Keeps at most `size` messages in flight: `sending` committed, the result not yet. One commit at a
 * time records what came back and marks as many next ones, while the connections go on with what was
 * marked before.
 */
export function createSendingWindow(deps: WindowDeps): SendingWindow {
  const { relay, clock, size, stopping } = deps;
  const waiting = createWaitingList<Entry>(size, ({ ready }) => ready.domain);
  const worth = Math.max(1, Math.floor(size * WORTH));
  let tried: TriedEntry[] = [];
  /** Marked and not recorded yet; what is in `tried` is among them. */
  let inFlight = 0;
  let committing: Promise<void> | null = null;
  let linger: NodeJS.Timeout | undefined;

  const look = () => {
    if (committing) return;
    if (stopping.aborted || !relay.isOpen()) {
      for (const entry of waiting.clear()) {
        noteBegun(entry);
        leave(entry.group);
      }
    }
    const changes = tried.length + Math.min(waiting.length, size - inFlight + tried.length);
    const isIdle = inFlight === tried.length;
    if (changes === 0) return;
    if (isIdle || changes >= worth) return void commit();
    linger ??= setTimeout(commit, LINGER_MS);
  };

  const commit = () => {
    clearTimeout(linger);
    linger = undefined;
    if (committing) return;
    const results = tried;
    tried = [];
    const { next, blocked, putOff } = waiting.take(
      size - inFlight + results.length,
      clock().getTime(),
    );
    for (const { entry, until } of putOff) {
      const { group, ready } = entry;
      group.putOff.push({ subscriberId: ready.subscriberId, nextAt: new Date(until) });
      noteBegun(entry);
      leave(group);
    }
    for (const entry of [...next, ...blocked]) noteBegun(entry);
    inFlight += next.length;
    if (results.length + next.length === 0) {
      // All that waits is held back by its domains: an end of what is on its way to them wakes us.
      return;
    }
    const digestIds = new Set<number>();
    for (const { entry } of results) digestIds.add(entry.digestId);
    for (const { ready } of next) digestIds.add(ready.digestId);
    committing = commitDigests([...digestIds], results, next).then(() => {
      committing = null;
      look();
    });
  };

  const commitDigests = async (digestIds: number[], results: TriedEntry[], next: Entry[]) => {
    const resultsOf = (id: number) => results.filter(({ entry }) => entry.digestId === id);
    const nextOf = (id: number) => next.filter(({ ready }) => ready.digestId === id);
    const [only] = digestIds;
    if (only !== undefined && digestIds.length === 1) return commitDigest(only, results, next);
    // The room for the next mails of one digest may be that of results of another: first those.
    for (const id of digestIds) await commitDigest(id, resultsOf(id), []);
    for (const id of digestIds) await commitDigest(id, [], nextOf(id));
  };

  const commitDigest = async (
    digestId: number,
    results: TriedEntry[],
    next: Entry[],
  ): Promise<void> => {
    if (results.length + next.length === 0) return;
    try {
      const recorded = await deps.record(digestId, {
        results: results.map(({ result }) => result),
        next: next.map(({ ready }) => ready),
        now: clock(),
      });
      inFlight -= results.length;
      deps.onRecorded(digestId, results, results.length - recorded.results);
      for (const { group, result } of results) {
        if (result.state === 'sent') group.sent += 1;
        leave(group);
      }
      for (const entry of next) start(entry, recorded.going.has(entry.ready.subscriberId));
    } catch (error) {
      inFlight -= results.length + next.length;
      for (const entry of next) waiting.ended(entry, NOT_SENT, clock().getTime());
      for (const { group } of [...results, ...next]) group.reject(error);
    }
  };

  const start = (entry: Entry, mayGo: boolean) => {
    if (mayGo) {
      void deliver(entry);
      return;
    }
    inFlight -= 1;
    waiting.ended(entry, NOT_SENT, clock().getTime());
    leave(entry.group);
  };

  /** Never rejects: a mail that cannot be composed must not hold up the others. One that fits no header
   *  never will; any other trouble is ours and may be mended, so it is tried again. */
  const send = async ({ compose, leaseId }: Ready): Promise<SendOutcome> => {
    try {
      return await relay.send(await compose(), () => deps.isAlive(leaseId));
    } catch (error) {
      const kind = error instanceof RangeError ? 'unfit' : 'unsent';
      return { kind, problem: (error as Error).message, relay: '' };
    }
  };

  const deliver = async (entry: Entry) => {
    const { ready, group } = entry;
    const outcome = await send(ready);
    const now = clock();
    waiting.ended(entry, temperOf(outcome), now.getTime());
    tried.push({ entry: ready, group, outcome, result: resultOf(ready, outcome, now) });
    look();
  };

  const resultOf = (ready: Ready, outcome: SendOutcome, now: Date): TryResult => {
    const { subscriberId, leaseId, kind, sendAt, attempts } = ready;
    const delivery = { kind, sendAt, attempts, now, random: deps.random() };
    const { state, nextAt, reply, detail } = settle(outcome, delivery);
    return { subscriberId, leaseId, attempts, state, nextAt, relay: outcome.relay, reply, detail };
  };

  return {
    send: (entries) => {
      const { group, ...sending } = openGroup(entries.length);
      if (entries.length > 0)
        waiting.add(entries.map((ready) => ({ ready, group, hasBegun: false })));
      look();
      return sending;
    },
    recorded: async () => {
      await committing;
      commit();
      await committing;
    },
  };
}

/** A 421 to the commands of a mail is laid at its domain's door, as the best guess there is: the relay
 *  may be the domain's own. */
function temperOf(outcome: SendOutcome): { isAccepted: boolean; asksForPatience: boolean } {
  if (outcome.kind === 'unsent' && outcome.asksForPatience) return PATIENCE;
  if (outcome.kind !== 'answered') return NOT_SENT;
  const { verdict, slowsDomain } = judgeReply(outcome.reply);
  return { isAccepted: verdict === 'accepted', asksForPatience: slowsDomain };
}
