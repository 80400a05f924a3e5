import { describe, expect, it } from 'vitest';
import { parseChaosOptions } from './options.ts';

describe('parseChaosOptions', () => {
  it('Without a deployment the run uses both', () => {
    expect(parseChaosOptions([]).deployments).toEqual(['servers', 'embedded']);
    expect(parseChaosOptions(['--embedded']).deployments).toEqual(['embedded']);
    expect(parseChaosOptions(['--servers', '--only', 'unsubscribing'])).toMatchObject({
      deployments: ['servers'],
      only: ['unsubscribing'],
    });
  });

  it('The short form kills 20 times, 12 of them at named points', () => {
    const { servers, embedded } = parseChaosOptions([]).sizes;
    expect(12 + servers.kills + embedded.kills).toBe(20);
  });

  it('The long form kills 500 times over 20,000 subscribers', () => {
    const { servers } = parseChaosOptions(['--long']).sizes;
    expect(servers).toEqual({ isLong: true, subscribers: 20_000, kills: 500 });
  });

  it('An option that is not a number is refused', () => {
    expect(() => parseChaosOptions(['--kills', 'many'])).toThrow(
      '--kills is “many”: expected a whole number.',
    );
  });
});
