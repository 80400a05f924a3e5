import { parseArgs } from 'node:util';

/** The options of the command line. */
export interface SimulateOptions {
  /** The first seed. */
  from: number;
  seeds: number;
  /** Prints what happens in each run. */
  showsTrace: boolean;
  /** A file with a plan to run instead of seeds; null for none. */
  planFile: string | null;
  /** Whether a failing plan is made smaller before it is printed. */
  shrinks: boolean;
  /** Ends with the first failing seed. */
  isFirstEnough: boolean;
  isJson: boolean;
  isHelp: boolean;
}

export const HELP = `Usage: npm run simulate -- [options]

Runs the services that send mail in virtual time, in one process, with faults of the database, the relay, the
queue, clocks and processes, and checks after every step that no promise is broken. Everything follows from the
seed. A failing seed is made smaller and printed as a plan, with what happened. Exits with 1 when one failed.

  --seeds K     that many seeds (1000)
  --from N      the first of them (otherwise a new one each time)
  --seed N      this seed alone, with its trace
  --plan FILE   the plan in this file, as a failing seed prints it or test/simulation/plans/ keeps it
  --trace       prints what happens
  --first       ends with the first failing seed
  --no-shrink   prints a failing plan as it is
  --json        prints the result as one line of JSON
  --help        prints this help`;

/** @throws Error for an unknown option or one that is not a number. `now` is in ms. */
export function parseSimulateOptions(argv: readonly string[], now: number): SimulateOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      from: { type: 'string' },
      plan: { type: 'string' },
      trace: { type: 'boolean', default: false },
      first: { type: 'boolean', default: false },
      'no-shrink': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const seed = wholeNumber('--seed', values.seed);
  if (seed !== null && (values.seeds !== undefined || values.from !== undefined))
    throw new Error('--seed names one seed: leave --seeds and --from out, or use them instead.');
  return {
    from: seed ?? wholeNumber('--from', values.from) ?? Math.floor(now / 1000) * SEEDS_PER_SECOND,
    seeds: seed === null ? (wholeNumber('--seeds', values.seeds) ?? DEFAULT_SEEDS) : 1,
    showsTrace: values.trace || seed !== null,
    planFile: values.plan ?? null,
    shrinks: !values['no-shrink'],
    isFirstEnough: values.first,
    isJson: values.json,
    isHelp: values.help,
  };
}

const DEFAULT_SEEDS = 1000;

/** So that runs that begin in different seconds have no seed in common. */
const SEEDS_PER_SECOND = 100;

function wholeNumber(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error(`${name} is “${text}”: expected a whole number.`);
}
