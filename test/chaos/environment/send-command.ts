import {
  type PaperboyProcess,
  type ProcessEnvironment,
  pause,
  spawnPaperboy,
} from '../../processes/support/paperboy.ts';

/** What `digest send` and `digest status` print. */
export interface DigestStatus {
  date: string;
  audience: number;
  states: Record<string, number>;
}

/** Runs `paperboy digest send --now` until the digest is sent. */
export interface SendCommand {
  /** Starts the command. */
  start(): void;
  /** Kills the command and starts it again, so that it enqueues freed batches at once. */
  restart(): void;
  /**
   * Resolves when no delivery is pending, claimed or sending. @throws Error after `timeoutMs`, or
   * when the digest is paused.
   */
  waitUntilSent(timeoutMs?: number): Promise<DigestStatus>;
  /** Kills the command. */
  kill(): void;
}

/** Exit codes of `digest send` at the end of a digest: all sent, or some failed or unknown. */
const FINAL_EXIT_CODES: readonly (number | null)[] = [0, 3];

/** Exit code of `digest send` for a paused digest. */
const EXIT_PAUSED = 5;

export function createSendCommand(
  commandEnvironment: ProcessEnvironment,
  { date, waitUntilReady }: { date: string; waitUntilReady: () => Promise<unknown> },
): SendCommand {
  const argv = ['digest', 'send', '--now', '--json', '--date', date];
  let command: Promise<PaperboyProcess> | null = null;
  const start = () => {
    command = waitUntilReady().then(() => spawnPaperboy(argv, commandEnvironment));
  };
  const kill = () => {
    command?.then((running) => running.kill('SIGKILL'));
    command = null;
  };
  return {
    start,
    kill,
    restart: () => {
      kill();
      start();
    },
    waitUntilSent: async (timeoutMs = 150_000) => {
      const endsAt = Date.now() + timeoutMs;
      let output = '';
      while (Date.now() < endsAt) {
        if (command === null) start();
        const awaited = command as Promise<PaperboyProcess> | null;
        const running = await awaited;
        const remainingMs = endsAt - Date.now();
        const ended = await Promise.race([
          running?.ended,
          pause(remainingMs, null, { ref: false }),
        ]);
        if (!ended) break;
        if (command !== awaited) continue;
        command = null;
        output = ended.stderr + ended.stdout;
        if (ended.code === EXIT_PAUSED) throw new Error('The digest is paused.');
        if (!FINAL_EXIT_CODES.includes(ended.code)) {
          await pause(200);
          continue;
        }
        const status = JSON.parse(ended.stdout) as DigestStatus;
        if (isDrained(status)) return status;
      }
      kill();
      throw new Error(
        `The digest was not sent within ${timeoutMs / 1000} s: ${output.slice(-500)}`,
      );
    },
  };
}

function isDrained({ states }: DigestStatus): boolean {
  const { pending = 0, claimed = 0, sending = 0 } = states;
  return pending + claimed + sending === 0;
}
