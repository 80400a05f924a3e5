import { describe, expect, it } from 'vitest';
import { parseChaosOptions } from './options.ts';

describe('the options of the chaos run', () => {
  it('break both pairs when none is named', () => {
    expect(parseChaosOptions([]).deployments).toEqual(['servers', 'embedded']);
    expect(parseChaosOptions(['--embedded']).deployments).toEqual(['embedded']);
    expect(parseChaosOptions(['--servers', '--only', 'leaving'])).toMatchObject({
      deployments: ['servers'],
      only: ['leaving'],
    });
  });

  it('kill 20 times in the short form, 12 of them at named points', () => {
    const { servers, embedded } = parseChaosOptions([]).sizes;
    expect(12 + servers.kills + embedded.kills).toBe(20);
  });

  it('kill 500 times over 20,000 readers in the long form', () => {
    const { servers } = parseChaosOptions(['--long']).sizes;
    expect(servers).toEqual({ isLong: true, readers: 20_000, kills: 500 });
  });

  it('refuse what is no number', () => {
    expect(() => parseChaosOptions(['--kills', 'many'])).toThrow(
      '--kills is “many”: expected a whole number.',
    );
  });
});
