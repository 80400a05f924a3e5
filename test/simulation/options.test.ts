import { describe, expect, it } from 'vitest';
import { parseSimulateOptions } from './options.ts';

const parse = (...argv: string[]) => parseSimulateOptions(argv, Date.parse('2026-05-08T07:00:00Z'));

describe('The options of npm run simulate', () => {
  it('Without --from, runs of different seconds have no seed in common', () => {
    const later = parseSimulateOptions([], Date.parse('2026-05-08T07:00:10Z'));
    expect(later.from - parse().from).toBeGreaterThanOrEqual(1000);
    expect(parse().seeds).toBe(1000);
  });

  it('--from and --seeds choose a range', () => {
    expect(parse('--from', '7', '--seeds', '20')).toMatchObject({ from: 7, seeds: 20 });
  });

  it('--seed chooses one seed and shows its trace', () => {
    expect(parse('--seed', '42')).toMatchObject({ from: 42, seeds: 1, showsTrace: true });
  });

  it('--seed excludes --seeds and --from', () => {
    expect(() => parse('--seed', '1', '--seeds', '2')).toThrow('leave --seeds and --from out');
  });

  it('What is no whole number is refused', () => {
    expect(() => parse('--seeds', 'many')).toThrow('--seeds is “many”: expected a whole number.');
    expect(() => parse('--from', '-1')).toThrow();
  });

  it('An unknown option is refused', () => {
    expect(() => parse('--sed', '1')).toThrow();
  });
});
