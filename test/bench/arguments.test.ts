import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';

describe('parseArguments of the benchmark', () => {
  it('The defaults are one worker with Redis and no old deliveries', () => {
    expect(parseArguments(['--subscribers', '2000'])).toEqual({
      kind: 'run',
      options: {
        subscribers: 2000,
        isSigned: false,
        queue: 'redis',
        workers: 1,
        connections: 20,
        isEmbedded: false,
        oldDeliveries: 0,
        papers: null,
        isAlternating: true,
        isOnTime: false,
        digests: 1,
        profileFolder: null,
      },
    });
  });

  it('Every option is read', () => {
    const argv =
      '--subscribers 1000000 --dkim --queue postgres --workers 2 --connections 50 --old 30000000 --papers 7 --digests 5 --on-time --profile p';
    expect(parseArguments(argv.split(' '))).toEqual({
      kind: 'run',
      options: {
        subscribers: 1_000_000,
        isSigned: true,
        queue: 'postgres',
        workers: 2,
        connections: 50,
        isEmbedded: false,
        oldDeliveries: 30_000_000,
        papers: 7,
        isAlternating: false,
        isOnTime: true,
        digests: 5,
        profileFolder: 'p',
      },
    });
  });

  it.each([
    ['--subscribers 5 --papers 21', '--papers is “21”: expected a whole number from 1 to 20.'],
    ['', '--subscribers is missing: expected a whole number from 1 to 5000000.'],
    ['--subscribers 0', '--subscribers is “0”: expected a whole number from 1 to 5000000.'],
    ['--subscribers 1e3', '--subscribers is “1e3”: expected a whole number from 1 to 5000000.'],
    ['--subscribers 1 --queue kafka', '--queue is “kafka”: expected redis or postgres.'],
    ['--subscribers 1 --workers 33', '--workers is “33”: expected a whole number from 1 to 32.'],
    ['--subscribers 1 --profile=', '--profile is empty: expected a folder.'],
    [
      '--subscribers 1 --embedded --workers 2',
      '--workers does not go with --embedded, which is one process without servers.',
    ],
  ])('The arguments %j are refused with a sentence', (line, problem) => {
    const argv = line.split(' ').filter((argument) => argument !== '');
    expect(parseArguments(argv)).toEqual({ kind: 'wrong', problems: [problem] });
  });

  it('A profile is of a whole digest, without pauses', () => {
    const parsed = parseArguments(['--subscribers', '5', '--profile', 'p']);
    expect(parsed.kind === 'run' && parsed.options.isAlternating).toBe(false);
  });

  it('All problems are reported at once', () => {
    const parsed = parseArguments(['--queue', 'kafka', '--workers', 'two']);
    expect(parsed.kind === 'wrong' && parsed.problems).toHaveLength(3);
  });

  it('Unknown options and extra arguments are refused', () => {
    expect(parseArguments(['--subscriber', '5']).kind).toBe('wrong');
    expect(parseArguments(['--subscribers', '5', 'more']).kind).toBe('wrong');
  });

  it('--help wins over every other argument', () => {
    expect(parseArguments(['--help', '--queue', 'kafka'])).toEqual({ kind: 'help' });
  });
});
