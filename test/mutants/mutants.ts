import { CHAOS_MUTANTS } from './lists/chaos.ts';
import { DELIVERY_MUTANTS } from './lists/deliveries.ts';
import { RECOVERY_MUTANTS } from './lists/recovery.ts';
import { RELAY_MUTANTS } from './lists/relay.ts';
import type { Mutant } from './mutant.ts';

/** Each must break a promise in the simulation, or in its chaos scenario. */
export const MUTANTS: readonly Mutant[] = [
  ...RELAY_MUTANTS,
  ...DELIVERY_MUTANTS,
  ...RECOVERY_MUTANTS,
  ...CHAOS_MUTANTS,
];
