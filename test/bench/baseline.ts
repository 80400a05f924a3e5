import { runProgram } from '../servers/programs.ts';

const CONNECTIONS = 20;
const PROBE_MESSAGES = 2000;
/** Long enough to ignore the start of the program. */
const TARGET_SECONDS = 5;

/** Sends messages of a size and returns the messages per second. */
export type SmtpSource = (messages: number, bytes: number) => Promise<number>;

/** Postfix's smtp-source on kept connections: the most that the sink accepts on this machine. */
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

/** The number of messages for a run of some seconds, calibrated by a short run. */
export async function calibrateMessageCount(source: SmtpSource, bytes: number): Promise<number> {
  return Math.ceil((await source(PROBE_MESSAGES, bytes)) * TARGET_SECONDS);
}
