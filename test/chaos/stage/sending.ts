import { launch, type Paperboy, type Place, pause } from '../../processes/support/paperboy.ts';

/** What `digest send` and `digest status` print. */
export interface Status {
  date: string;
  audience: number;
  states: Record<string, number>;
}

/** Has a digest sent by `paperboy digest send --now`, as often as it takes. */
export interface Sending {
  /** Starts the command. */
  begin(): void;
  /** Kills the command and starts it again, so that it rings at once for what was freed. */
  again(): void;
  /** Resolves when nothing is due or in hand any more. @throws Error after `timeoutMs`, or when the
   *  digest is paused. */
  finish(timeoutMs?: number): Promise<Status>;
  /** Kills the command. */
  leave(): void;
}

/** Exit codes of a `digest send` that saw the end: all sent, or some failed or unknown. */
const SAW_THE_END: readonly (number | null)[] = [0, 3];

/** That of one whose digest is paused. */
const PAUSED = 5;

export function createSending(
  place: Place,
  { date, ready }: { date: string; ready: () => Promise<unknown> },
): Sending {
  const argv = ['digest', 'send', '--now', '--json', '--date', date];
  let command: Promise<Paperboy> | null = null;
  const begin = () => {
    command = ready().then(() => launch(argv, place));
  };
  const leave = () => {
    command?.then((running) => running.kill('SIGKILL'));
    command = null;
  };
  return {
    begin,
    leave,
    again: () => {
      leave();
      begin();
    },
    finish: async (timeoutMs = 150_000) => {
      const endsAt = Date.now() + timeoutMs;
      let said = '';
      while (Date.now() < endsAt) {
        if (command === null) begin();
        const mine = command as Promise<Paperboy> | null;
        const running = await mine;
        const rest = endsAt - Date.now();
        const ended = await Promise.race([running?.ended, pause(rest, null, { ref: false })]);
        if (!ended) break;
        if (command !== mine) continue;
        command = null;
        said = ended.stderr + ended.stdout;
        if (ended.code === PAUSED) throw new Error('The digest is paused.');
        if (!SAW_THE_END.includes(ended.code)) {
          await pause(200);
          continue;
        }
        const status = JSON.parse(ended.stdout) as Status;
        if (isAtRest(status)) return status;
      }
      leave();
      throw new Error(`The digest was not sent within ${timeoutMs / 1000} s: ${said.slice(-500)}`);
    },
  };
}

function isAtRest({ states }: Status): boolean {
  const { pending = 0, claimed = 0, sending = 0 } = states;
  return pending + claimed + sending === 0;
}
