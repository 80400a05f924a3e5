import { parseArgs } from 'node:util';

export interface EvaluateOptions {
  /** `-` is standard input; null evaluates the stored papers. */
  file: string | null;
  subscribers: number;
  isJson: boolean;
}

export type EvaluateArguments =
  | { kind: 'run'; options: EvaluateOptions }
  | { kind: 'help' }
  | { kind: 'wrong'; problem: string };

export const EVALUATE_HELP = `Usage: npm run evaluate -- [FILE] [options]

Shows how many papers have a topic, and how well papers are chosen for simulated readers compared with
popularity alone. FILE is papers as for “papers import”, - for standard input; without it the stored
papers are evaluated.

  --readers N   readers to simulate, 1 to 100000 (default: 200)
  --json        print one line of JSON
  --help        show this help`;

const DEFAULT_SUBSCRIBERS = 200;
const MAX_SUBSCRIBERS = 100_000;

/** Parses what follows `npm run evaluate --`. */
export function parseEvaluateArguments(argv: readonly string[]): EvaluateArguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        readers: { type: 'string', default: String(DEFAULT_SUBSCRIBERS) },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    const { readers, json: isJson, help } = values;
    if (help) return { kind: 'help' };
    if (positionals.length > 1)
      return { kind: 'wrong', problem: `Expected one file, not ${positionals.length}.` };
    const subscribers = /^\d{1,6}$/.test(readers) ? Number(readers) : 0;
    if (subscribers < 1 || subscribers > MAX_SUBSCRIBERS)
      return {
        kind: 'wrong',
        problem: `--readers is “${readers}”: expected a whole number from 1 to ${MAX_SUBSCRIBERS}.`,
      };
    return { kind: 'run', options: { file: positionals[0] ?? null, subscribers, isJson } };
  } catch (error) {
    return { kind: 'wrong', problem: (error as Error).message };
  }
}
