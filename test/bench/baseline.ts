import { runProgram } from '../servers/programs.ts';

const CONNECTIONS = 20;
const PROBE_MESSAGES = 2000;

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

/** Messages per second of a short run. */
export async function probeSource(source: SmtpSource, bytes: number): Promise<number> {
  return source(PROBE_MESSAGES, bytes);
}
