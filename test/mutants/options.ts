import { parseArgs } from 'node:util';
import type { Mutant } from './mutant.ts';

/** The options of the command line. */
export interface MutantOptions {
  chosen: readonly Mutant[];
  isList: boolean;
  isHelp: boolean;
}

export const HELP = `Usage: npm run mutants -- [options] [NAME …]

Breaks copies of the program in each way that test/mutants/lists/ names, and shows that the simulation or a chaos
scenario turns red by a broken promise. Exits with 1 when a mutant stays green.

  NAME               only these mutants
  --simulation       only those that the simulation finds, which needs no server
  --list             lists the mutants
  --help             prints this help`;

/** @throws Error for an unknown option or mutant. */
export function parseMutantOptions(
  argv: readonly string[],
  mutants: readonly Mutant[],
): MutantOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      simulation: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => mutants.every((each) => each.name !== name));
  if (unknown.length > 0)
    throw new Error(`There is no mutant ${unknown.join(', ')}: --list shows their names.`);
  return {
    chosen: mutants.filter(
      ({ name, scenario }) =>
        (positionals.length === 0 || positionals.includes(name)) &&
        !(values.simulation && scenario !== undefined),
    ),
    isList: values.list,
    isHelp: values.help,
  };
}
