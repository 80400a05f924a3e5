import { describe, expect, it } from 'vitest';
import type { Mutant } from './mutant.ts';
import { parseMutantOptions } from './options.ts';

const MUTANT: Mutant = { name: 'no-fence', about: '', file: '', find: 'a', replace: 'b' };
const MUTANTS: readonly Mutant[] = [
  MUTANT,
  { ...MUTANT, name: 'no-timeout', scenario: 'stalled-worker' },
];

const namesOf = (...argv: string[]) =>
  parseMutantOptions(argv, MUTANTS).chosen.map(({ name }) => name);

describe('The options of npm run mutants', () => {
  it('Without a name, all mutants are chosen', () => {
    expect(namesOf()).toEqual(['no-fence', 'no-timeout']);
  });

  it('Names choose mutants', () => {
    expect(namesOf('no-timeout')).toEqual(['no-timeout']);
  });

  it('--simulation leaves those out that need a chaos scenario', () => {
    expect(namesOf('--simulation')).toEqual(['no-fence']);
  });

  it('A mutant that does not exist is refused', () => {
    expect(() => namesOf('no-fences')).toThrow('There is no mutant no-fences');
  });

  it('An unknown option is refused', () => {
    expect(() => namesOf('--fast')).toThrow();
  });
});
