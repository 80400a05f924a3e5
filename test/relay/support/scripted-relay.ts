import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type SmtpStep =
  | 'connect'
  | 'greeting'
  | 'EHLO'
  | 'HELO'
  | 'STARTTLS'
  | 'AUTH'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'body'
  | 'dot'
  | 'RSET'
  | 'QUIT';

/** What the relay does at a step; undefined for the default reply. */
export type ScriptedReply =
  | undefined
  | { say: string }
  | { say: string; thenDrop: true }
  | { drop: true }
  | { hang: true };

/** `time` counts how often the step was reached, over all connections; 1 is the first time. */
export type Script = (step: SmtpStep, time: number, line: string) => ScriptedReply;

export interface ScriptedRelay {
  url: string;
  name: string;
  connections: number;
  /** Connections that have not ended. */
  readonly open: number;
  /** Every line outside messages. */
  lines: string[];
  /** The bytes between 354 and the dot, with the dot. */
  messages: string[];
  /** Maximum of lines that came without waiting for the reply to the line before. */
  maxPipelined: number;
  script(script: Script): void;
  /** Writes to every open connection. */
  writeToAll(bytes: string): void;
  /** Resolves when a step was reached `times` times in all. */
  waitForStep(step: SmtpStep, times?: number): Promise<void>;
  dropAll(): void;
  close(): Promise<void>;
}

const DEFAULT_REPLIES: Record<SmtpStep, string> = {
  connect: '',
  greeting: '220 scripted ESMTP',
  EHLO: '250 scripted',
  HELO: '250 scripted',
  STARTTLS: '454 4.7.0 TLS not available',
  AUTH: '235 2.7.0 Welcome',
  MAIL: '250 2.1.0 Ok',
  RCPT: '250 2.1.5 Ok',
  DATA: '354 Go on',
  body: '',
  dot: '250 2.0.0 Taken',
  RSET: '250 2.0.0 Ok',
  QUIT: '221 2.0.0 Bye',
};

/** A relay that follows SMTP unless its script says otherwise. `extensions` are the lines of
 *  EHLO. */
export async function openScriptedRelay(
  extensions: readonly string[] = [],
): Promise<ScriptedRelay> {
  const sockets = new Set<Socket>();
  const reached = new Map<SmtpStep, number>();
  const waiting: { step: SmtpStep; times: number; resolve: () => void }[] = [];
  let script: Script = () => undefined;

  const server = createServer((socket) => {
    relay.connections += 1;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    if (runStep(socket, 'connect', '') === 'over') return;
    if (runStep(socket, 'greeting', '') === 'over') return;
    serveConnection(socket);
  });

  /** Does what the script says, or the default. Returns `over` when the conversation is over. */
  function runStep(socket: Socket, step: SmtpStep, line: string): 'on' | 'over' | 'refused' {
    const time = (reached.get(step) ?? 0) + 1;
    reached.set(step, time);
    const what = script(step, time, line);
    const over = perform(socket, step, what);
    for (const each of waiting) if (each.step === step && time >= each.times) each.resolve();
    return over;
  }

  function perform(socket: Socket, step: SmtpStep, what: ScriptedReply): 'on' | 'over' | 'refused' {
    if (what && 'drop' in what) {
      socket.destroy();
      return 'over';
    }
    if (what && 'hang' in what) {
      socket.pause();
      return 'over';
    }
    const defaultReply = step === 'EHLO' ? helloLines(extensions) : DEFAULT_REPLIES[step];
    const reply = what ? what.say : defaultReply;
    if (reply !== '') socket.write(`${reply}\r\n`);
    if (what && 'thenDrop' in what) {
      socket.end();
      return 'over';
    }
    return what && !reply.startsWith('354') ? 'refused' : 'on';
  }

  function serveConnection(socket: Socket) {
    let text = '';
    let isData = false;
    let hasBody = false;
    let isOver = false;
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!isData) relay.maxPipelined = Math.max(relay.maxPipelined, text.split('\r\n').length - 1);
      while (!isOver) {
        if (isData) {
          if (!hasBody && text !== '') {
            hasBody = true;
            isOver = runStep(socket, 'body', '') === 'over';
            if (isOver) return;
          }
          const end = text.startsWith('.\r\n') ? 0 : text.indexOf('\r\n.\r\n') + 2;
          if (end === 1) return;
          relay.messages.push(text.slice(0, end + 3));
          text = text.slice(end + 3);
          isData = false;
          isOver = runStep(socket, 'dot', '') === 'over';
          continue;
        }
        const end = text.indexOf('\r\n');
        if (end === -1) return;
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        relay.lines.push(line);
        const step = (/^\w+/.exec(line)?.[0] ?? '').toUpperCase() as SmtpStep;
        const done = runStep(socket, step in DEFAULT_REPLIES ? step : 'AUTH', line);
        isOver = done === 'over';
        if (step === 'DATA') {
          isData = done === 'on';
          hasBody = false;
        }
      }
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const relay: ScriptedRelay = {
    url: `smtp://127.0.0.1:${port}`,
    name: `127.0.0.1:${port}`,
    connections: 0,
    get open() {
      return sockets.size;
    },
    lines: [],
    messages: [],
    maxPipelined: 0,
    script: (how) => {
      reached.clear();
      script = how;
    },
    writeToAll: (bytes) => {
      for (const socket of sockets) socket.write(bytes);
    },
    waitForStep: (step, times = 1) =>
      new Promise((resolve) => {
        if ((reached.get(step) ?? 0) >= times) resolve();
        else waiting.push({ step, times, resolve });
      }),
    dropAll: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return relay;
}

function helloLines(extensions: readonly string[]): string {
  const lines = ['scripted', ...extensions];
  return lines.map((line, at) => `250${at === lines.length - 1 ? ' ' : '-'}${line}`).join('\r\n');
}
