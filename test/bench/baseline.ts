import { runProgram } from '../servers/programs.ts';

const CONNECTIONS = 20;
const PROBE_MESSAGES = 2000;
/** Long enough that starting the program does not count. */
const WANTED_SECONDS = 5;

/** Sends so many messages of so many bytes and returns how many went out in a second. */
export type SmtpSource = (messages: number, bytes: number) => Promise<number>;

/** Postfix's source, without disconnecting: what the sink can take on this machine. */
export function createSmtpSource(program: string, sinkAddress: string): SmtpSource {
  return async (messages, bytes) => {
    const startedAt = performance.now();
    await runProgram(program, [
      ...[
        '-4',
        '-d',
        '-s',
        String(CONNECTIONS),
        '-l',
        String(Math.round(bytes)),
        '-m',
        String(messages),
      ],
      ...['-M', 'bench.example.org', '-f', 'papers@bench.example.org', '-t', 'reader@example.org'],
      sinkAddress,
    ]);
    return messages / ((performance.now() - startedAt) / 1000);
  };
}

/** Messages for a run of some seconds, after a short one that tells how fast they go. */
export async function calibrateMessageCount(source: SmtpSource, bytes: number): Promise<number> {
  return Math.ceil((await source(PROBE_MESSAGES, bytes)) * WANTED_SECONDS);
}
