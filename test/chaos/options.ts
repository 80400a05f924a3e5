import { parseArgs } from 'node:util';
import type { Deployment } from './environment/environment.ts';
import type { ScenarioSize } from './scenarios/scenario.ts';

/** The options of the command line. */
export interface ChaosOptions {
  deployments: readonly Deployment[];
  /** Names of scenarios; empty for all. */
  only: readonly string[];
  seed: number;
  isList: boolean;
  isHelp: boolean;
  sizes: Record<Deployment, ScenarioSize>;
}

export const HELP = `Usage: npm run chaos -- [options]

Breaks the environment of a running Paperboy and checks what happened to each mail. Prints the counts as one line
of JSON. Exits with 1 when a mail was lost or sent twice, or a delivery is in no recorded state.

  --long             500 kills over 20,000 subscribers instead of a few (about 40 minutes)
  --servers          on PostgreSQL and Redis only
  --embedded         on the embedded database and queue only
  --only SCENARIO    only this one; may be repeated
  --list             lists the scenarios
  --subscribers N, --kills N   of the random kills
  --seed N           repeats the random choices of a run
  --help             prints this help`;

/** Sizes of the random kills. Kills at named points come on top. */
const SHORT = { servers: { subscribers: 900, kills: 5 }, embedded: { subscribers: 500, kills: 3 } };
const LONG = {
  servers: { subscribers: 20_000, kills: 500 },
  embedded: { subscribers: 4000, kills: 60 },
};

/** @throws Error for an unknown option or one that is not a number. */
export function parseChaosOptions(argv: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      subscribers: { type: 'string' },
      kills: { type: 'string' },
      seed: { type: 'string' },
      embedded: { type: 'boolean', default: false },
      servers: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      long: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { embedded, servers } = values;
  const sizesOf = (deployment: Deployment): ScenarioSize => {
    const defaults = (values.long ? LONG : SHORT)[deployment];
    return {
      isLong: values.long,
      subscribers: wholeNumber('--subscribers', values.subscribers) ?? defaults.subscribers,
      kills: wholeNumber('--kills', values.kills) ?? defaults.kills,
    };
  };
  return {
    deployments: [
      ...(servers || !embedded ? ['servers' as const] : []),
      ...(embedded || !servers ? ['embedded' as const] : []),
    ],
    only: values.only,
    seed: wholeNumber('--seed', values.seed) ?? Date.now() % 1_000_000,
    isList: values.list,
    isHelp: values.help,
    sizes: { servers: sizesOf('servers'), embedded: sizesOf('embedded') },
  };
}

function wholeNumber(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`${name} is “${text}”: expected a whole number.`);
}
