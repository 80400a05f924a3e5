import type { RelayEndpoint } from '../domain/relay-url.ts';
import { parseReply } from '../domain/smtp-reply.ts';
import { type BodyWriter, createBodyWriter } from './body.ts';
import { openConnection } from './connection.ts';
import { DATA, envelopeOf } from './envelope.ts';
import { type Extensions, NO_EXTENSIONS } from './extensions.ts';
import { greet } from './handshake.ts';
import { CALLED_BACK, type Job } from './job.ts';
import { isAcceptable, takeNext } from './next-job.ts';
import { isPositive, type Reply } from './reply-reader.ts';
import type { Session, SessionHost } from './session-host.ts';
import type { StageName } from './stages.ts';

type State = Extract<
  StageName,
  'mail' | 'rcpt' | 'data' | 'body' | 'dot' | 'loneDot' | 'reset' | 'idle' | 'quit'
>;

const DOT = '.\r\n';

/** How long a message waits for the reply to the one before it, which may take minutes. */
const MOST_SECONDS_BEHIND = 30;

/**
 * Opens a connection and keeps it until it ends. With PIPELINING (RFC 2920) the commands of a message
 * go out in one write, those of the next one with the dot of the one before. The dot is never in
 * one write with the message: it goes out when the system has taken all before it, so a connection
 * that breaks earlier has certainly not sent the message.
 */
export function openSession({
  endpoint,
  heloName,
  ca,
  host,
}: {
  endpoint: RelayEndpoint;
  heloName: string;
  ca: string | undefined;
  host: SessionHost;
}): Session {
  const { name } = endpoint;
  const connection = openConnection(endpoint, ca);
  let body: BodyWriter;
  let extensions: Extensions = NO_EXTENSIONS;
  let hasOpened = false;
  let isStale = false;
  let state: State = 'idle';
  /** The message in hand; null too while the rest of the replies to a refused one is awaited. */
  let job: Job | null = null;
  /** The message whose commands went out behind the dot of the one in hand. */
  let following: Job | null = null;
  /** How long it has waited for that one, in seconds. */
  let followed = 0;
  /** Its commands are on their way and its message went elsewhere: no dot may follow any more. */
  let isForsaken = false;
  let isMailTaken = false;
  let hasAccepted = false;
  /** The relay said 421: it closes the channel (RFC 5321 §3.8). */
  let isToldToGo = false;

  const session: Session = {
    send: (next) => (isAcceptable(next, extensions, host) ? begin(next) : free()),
    tick: () => {
      if (following) forsakeLate();
      if (!connection.isLate()) return;
      if (hasOpened && state === 'idle') host.onIdle(session);
      else connection.endLate();
    },
    quit: () => say('quit', 'QUIT\r\n'),
    end: connection.end,
  };

  /** What a reply means where the session stands. */
  const steps: Record<State, (reply: Reply) => void> = {
    mail: (reply) => {
      isMailTaken = isPositive(reply);
      if (!isMailTaken && !refuse(reply)) return;
      if (extensions.hasPipelining) wait('rcpt');
      else if (job) say('rcpt', job.commands.rcpt);
      else free();
    },
    rcpt: (reply) => {
      if (!isPositive(reply) && !refuse(reply)) return;
      if (extensions.hasPipelining) wait('data');
      else if (job) say('data', DATA);
      else reset();
    },
    data: (reply) => {
      if (reply.code === 354) return job ? sendBody(job) : say('loneDot', DOT);
      if (!refuse(reply)) return;
      if (isMailTaken) reset();
      else free();
    },
    // An answer all the same; but what the relay makes of the rest of the message, nobody can tell.
    body: (reply) => {
      if (refuse(reply)) connection.end(`${name} did not want the whole message.`);
    },
    dot: (reply) => {
      if (reply.code < 400 && !isPositive(reply)) return fail(reply);
      const answered = job;
      job = following;
      following = null;
      isStale = true;
      hasAccepted ||= isPositive(reply);
      if (answered) host.onReply(answered, parseReply(reply.text));
      if (isForsaken) return connection.end(`${name} took too long over another message.`);
      // Of the message that follows no dot is out, whatever comes now.
      wait('mail');
      if (reply.code === 421) fail(reply);
      else if (!job) free();
    },
    // RFC 2920 §3.1: the answer was the refusal before it.
    loneDot: free,
    reset: (reply) => {
      if (isPositive(reply)) free();
      else fail(reply);
    },
    idle: fail,
    quit: () => connection.end(`${name} was left.`),
  };

  greet(connection, endpoint, heloName).then(
    (offered) => {
      connection.listen({ onReply, onEnd });
      const problem = connection.problem();
      if (problem !== null) return onEnd(problem);
      extensions = offered;
      body = createBodyWriter();
      hasOpened = true;
      host.onOpen(session);
      free();
    },
    (error: Error) => {
      connection.end(error.message);
      onEnd(error.message);
    },
  );

  function onReply(reply: Reply) {
    if (reply.code !== 421 || state === 'dot' || state === 'quit') return steps[state](reply);
    if (job) job.asksForPatience = true;
    fail(reply);
  }

  function onEnd(problem: string) {
    const [current, next] = [job, following];
    job = null;
    following = null;
    if (current && state === 'dot') host.onUnknown(current, problem);
    else if (current) host.onUnsent(current, problem, isStale);
    if (next) host.onUnsent(next, problem, true);
    host.onEnd(session, problem, isToldToGo && !hasAccepted);
  }

  /** Gives the message behind a slow dot back: another connection may be quicker. */
  function forsakeLate() {
    followed += 1;
    if (following === null || followed <= MOST_SECONDS_BEHIND) return;
    const late = following;
    following = null;
    isForsaken = true;
    host.onUnsent(late, `${name} took too long over another message.`, true);
  }

  /** The connection is of no use after this reply. */
  function fail({ code, text }: Reply) {
    isToldToGo = code === 421;
    const said = text.replaceAll('\n', ' ').slice(0, 300);
    connection.end(`${name} said “${said}” where the session could not go on.`);
  }

  /** The message in hand has its answer. False when the reply is none and the connection was ended. */
  function refuse(reply: Reply): boolean {
    if (reply.code < 400) {
      fail(reply);
      return false;
    }
    const refused = job;
    job = null;
    isStale = true;
    if (refused) host.onReply(refused, parseReply(reply.text));
    return true;
  }

  function free() {
    const next = takeNext(host, extensions, { ahead: false });
    if (next) return begin(next);
    isStale = true;
    wait('idle');
    host.onRest(session);
  }

  function begin(next: Job) {
    job = next;
    say('mail', extensions.hasPipelining ? envelopeOf(next.commands) : next.commands.mail);
  }

  /** Ends a transaction that has not ended by itself: a second MAIL would be refused (RFC 5321 §4.1.4). */
  function reset() {
    say('reset', 'RSET\r\n');
  }

  function sendBody({ message }: Job) {
    body.start(message);
    sendBlock();
  }

  function sendBlock() {
    wait('body');
    connection.write(body.nextBlock(), onBlockWritten);
  }

  function onBlockWritten() {
    if (state !== 'body') return;
    if (!body.isDone()) return sendBlock();
    // Only the end of the connection takes back what the relay has of it.
    if (job?.mayGo() === false) return connection.end(CALLED_BACK);
    following = extensions.hasPipelining ? takeNext(host, extensions, { ahead: true }) : null;
    followed = 0;
    say('dot', following ? DOT + envelopeOf(following.commands) : DOT);
  }

  function say(next: State, line: string) {
    wait(next);
    connection.write(line);
  }

  function wait(next: State) {
    state = next;
    connection.await(next);
  }

  return session;
}
