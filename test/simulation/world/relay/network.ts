import type { ConnectionEvent, OpenConnection } from '../../../../src/relay/session/connection.ts';
import { createReplyParser } from '../../../../src/relay/session/reply-parser.ts';
import type { Owner } from '../scheduler.ts';
import { type Chunk, createServerSession, type ServerDeps } from './smtp-server.ts';

/** The network between the processes and the relays. */
export interface RelayNetwork {
  /** Opens connections of a process. `findMessageIds`: the messages that it is giving to a relay
   *  for this recipient. */
  connectFrom(
    owner: Owner,
    findMessageIds: (recipient: string) => readonly string[],
  ): OpenConnection;
  /** All relays are away for a while: connections break, or nothing comes through any more. */
  goAway(forMs: number, isSilent: boolean): void;
}

/** The way to the relay and back, in ms. */
const MIN_LATENCY_MS = 0.3;
const LATENCY_SPREAD_MS = 3;

/** Until the system has taken what is written, in ms. */
const WRITE_MS = 0.05;

/** The head of a message has its Message-ID. */
const HEAD_BYTES = 4096;

export function createRelayNetwork(deps: ServerDeps): RelayNetwork {
  const { scheduler, faults, random, trace, watch } = deps;
  const open = new Set<{ lose(isSilent: boolean): void }>();
  let awayUntilMs = -1;
  let isSilentlyAway = false;

  const connect = (
    owner: Owner,
    findMessageIds: (recipient: string) => readonly string[],
    onEvent: (event: ConnectionEvent) => void,
  ): ReturnType<OpenConnection> => {
    let isOver = false;
    /** Nothing comes through any more. */
    let isLost = false;
    let isDoubtful = false;
    let requestAtMs = 0;
    let replyAtMs = 0;
    /** Messages whose dot was written, and whose reply the client does not have. */
    const unanswered: string[] = [];
    let messageId: string | null = null;
    let parser = openParser();

    function openParser() {
      return createReplyParser({
        onReply: (reply, isFollowed) => onEvent({ kind: 'reply', reply, isFollowed }),
        onMalformed: (line) => finish({ kind: 'malformed', line }),
      });
    }
    function destroy() {
      isOver = true;
      parser.stop();
      open.delete(connection);
    }
    function finish(event: ConnectionEvent) {
      if (isOver) return;
      destroy();
      onEvent(event);
    }
    function noteUnanswered() {
      for (const each of unanswered) watch.onUnknown(each);
    }
    /** What a client must have committed before it writes this. */
    function checkWritten(line: string) {
      if (line.startsWith('.\r\n') && messageId !== null) {
        watch.onBegin(messageId, owner.name);
        unanswered.push(messageId);
        messageId = null;
        if (isLost || isDoubtful) noteUnanswered();
      }
      // Sent after the reply to MAIL, RCPT begins nothing: from MAIL on, only the dot counts.
      const recipient = /^MAIL FROM:.*\r\nRCPT TO:<([^>]*)>/m.exec(line)?.[1];
      const [only, ...others] = recipient === undefined ? [] : findMessageIds(recipient);
      if (only !== undefined && others.length === 0) watch.onBegin(only, owner.name);
    }

    const latencyMs = () => MIN_LATENCY_MS + LATENCY_SPREAD_MS * random.next() ** 2;
    /** Bytes arrive in the order in which they were sent. */
    const arriveAtServer = (run: () => void) => {
      requestAtMs = Math.max(requestAtMs, scheduler.nowMs() + latencyMs());
      scheduler.after(requestAtMs - scheduler.nowMs(), null, () => {
        if (!isLost) run();
      });
    };
    const arriveAtClient = (run: () => void) => {
      replyAtMs = Math.max(replyAtMs, scheduler.nowMs() + latencyMs());
      scheduler.after(replyAtMs - scheduler.nowMs(), owner, () => {
        if (!isLost && !isOver) run();
      });
    };

    const session = createServerSession(
      deps,
      {
        reply: (text, { isDivided, messageId: of }) => {
          const bytes = Buffer.from(text, 'latin1');
          const cut = isDivided ? 1 + Math.floor(random.next() * (bytes.length - 1)) : 0;
          if (cut > 0) arriveAtClient(() => parser.feed(bytes.subarray(0, cut)));
          arriveAtClient(() => {
            if (of !== null) unanswered.splice(unanswered.indexOf(of), 1);
            parser.feed(bytes.subarray(cut));
          });
        },
        close: (isReset) => {
          if (isReset) return connection.lose(false);
          arriveAtClient(() => {
            noteUnanswered();
            finish({ kind: 'closed' });
          });
        },
        setDoubtful: (is) => {
          isDoubtful = is;
          if (is) noteUnanswered();
        },
      },
      owner.name,
    );

    const breakOff = (message: string) =>
      scheduler.after(latencyMs(), owner, () => finish({ kind: 'broken', message }));

    const connection = {
      lose: (isSilent: boolean) => {
        noteUnanswered();
        isLost = true;
        open.delete(connection);
        if (!isSilent) breakOff('read ECONNRESET');
      },
    };
    const begin = () => {
      const fault = faults.takeRelay(owner.name, 'connect');
      if (fault) trace.add(owner.name, `relay connect-${fault.effect}`);
      const isAway = scheduler.nowMs() < awayUntilMs;
      const isSilent = isAway ? isSilentlyAway : fault?.effect === 'silent-before';
      if (isSilent) return;
      if (isAway || fault?.effect === 'cut-before') return void breakOff('connect ECONNREFUSED');
      scheduler.after(fault?.effect === 'late' ? fault.delayMs : latencyMs(), owner, () => {
        if (isOver || isLost) return;
        onEvent({ kind: 'connected', isLoopback: false });
        arriveAtServer(() => session.greet());
      });
    };
    open.add(connection);
    begin();

    return {
      write: (data, onWritten) => {
        if (isOver) return;
        const chunk: Chunk = typeof data === 'string' ? data : readMessageId(data);
        if (typeof chunk === 'string') checkWritten(chunk);
        else messageId ??= chunk.messageId;
        arriveAtServer(() => session.receive(chunk));
        if (onWritten)
          scheduler.after(WRITE_MS, owner, () => {
            if (!isOver) onWritten();
          });
      },
      startTls: () => {
        parser.stop();
        parser = openParser();
        arriveAtServer(() => {
          session.restart();
          arriveAtClient(() => onEvent({ kind: 'encrypted' }));
        });
      },
      destroy,
    };
  };

  return {
    connectFrom: (owner, findMessageIds) => (_endpoint, onEvent) =>
      connect(owner, findMessageIds, onEvent),
    goAway: (forMs, isSilent) => {
      awayUntilMs = scheduler.nowMs() + forMs;
      isSilentlyAway = isSilent;
      for (const connection of [...open]) connection.lose(isSilent);
    },
  };
}

/** The buffer is written to again after the call. */
function readMessageId(bytes: Buffer): { messageId: string | null } {
  const head = bytes.toString('latin1', 0, HEAD_BYTES);
  return { messageId: /^Message-ID:\s*(<[^>]+>)/im.exec(head)?.[1] ?? null };
}
