import { parseArgs } from 'node:util';
import type { Deployment } from './environment/environment.ts';
import type { ScenarioSize } from './scenarios/scenario.ts';

/** What the command line asks for. */
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

Breaks a running Paperboy from the outside and counts what became of each mail; one line of JSON at the end.
Exit 1 when something was lost, sent twice, or is in no recorded state.

  --long             500 kills over 20,000 readers instead of a few (some 20 minutes)
  --servers          on PostgreSQL and Redis alone
  --embedded         on the embedded pair alone
  --only SCENARIO    this one; may be repeated
  --list             the scenarios, and what each does
  --readers N, --kills N   of the random kills
  --seed N           repeats what was random
  --help             this page`;

/** Kills at random; those at named points come on top. */
const SHORT = { servers: { readers: 900, kills: 5 }, embedded: { readers: 500, kills: 3 } };
const LONG = { servers: { readers: 20_000, kills: 500 }, embedded: { readers: 4000, kills: 60 } };

/** @throws Error for an option that is not known or no number. */
export function parseChaosOptions(argv: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      readers: { type: 'string' },
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
  const sizesOf = (pair: Deployment): ScenarioSize => {
    const usual = (values.long ? LONG : SHORT)[pair];
    return {
      isLong: values.long,
      readers: wholeNumber('--readers', values.readers) ?? usual.readers,
      kills: wholeNumber('--kills', values.kills) ?? usual.kills,
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
