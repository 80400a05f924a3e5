import { type SQL, sql } from 'drizzle-orm';
import type { DeliveryState } from '../../../domain/deliveries/delivery.ts';

/** From each state that a statement changes, the states that it may write. */
export type Transitions = Partial<Record<DeliveryState, readonly DeliveryState[]>>;

/** The states that a statement changes, as a list for `state IN (…)`. Literals rather than
 *  parameters, so that the planner sees them. */
export function fromStates(transitions: Transitions): SQL {
  return sql.raw(
    Object.keys(transitions)
      .map((state) => `'${state}'`)
      .join(', '),
  );
}
