import { describe, expect, it } from 'vitest';
import { parseEvaluateArguments } from './arguments.ts';

describe('parseEvaluateArguments', () => {
  it('The default is to evaluate the stored papers for 200 subscribers', () => {
    expect(parseEvaluateArguments([])).toEqual({
      kind: 'run',
      options: { file: null, subscribers: 200, isJson: false },
    });
  });

  it('A file, a number of subscribers and the format are read', () => {
    expect(parseEvaluateArguments(['papers.json', '--readers', '30', '--json'])).toEqual({
      kind: 'run',
      options: { file: 'papers.json', subscribers: 30, isJson: true },
    });
    expect(parseEvaluateArguments(['-'])).toMatchObject({ options: { file: '-' } });
    expect(parseEvaluateArguments(['--help'])).toEqual({ kind: 'help' });
  });

  it.each(['0', '-1', '1.5', 'many', '1000000'])(
    '%s is refused as a number of readers',
    (count) => {
      expect(parseEvaluateArguments([`--readers=${count}`])).toMatchObject({
        kind: 'wrong',
        problem: expect.stringContaining('from 1 to 100000'),
      });
    },
  );

  it('An unknown option and a second file are reported', () => {
    expect(parseEvaluateArguments(['--colour'])).toMatchObject({
      problem: expect.stringContaining('--colour'),
    });
    expect(parseEvaluateArguments(['a.json', 'b.json'])).toMatchObject({ kind: 'wrong' });
  });
});
