import { until } from '../../processes/support/paperboy.ts';
import type { ServersStage } from '../stage/servers.ts';
import type { Finding, Pair, Stage } from '../stage/stage.ts';

/** How much of everything. */
export interface Sizes {
  isLong: boolean;
  /** Of the random kills, on the pair in question. */
  readers: number;
  kills: number;
}

/** One way of breaking things, on a stage of its own. */
export interface Scenario {
  name: string;
  /** What is broken and what must hold. */
  about: string;
  /** @defaultValue 2 */
  workers?: number;
  movesClock?: true;
  /** Crashes PostgreSQL, which all share: runs when the others are through. */
  breaksPostgres?: true;
  /** Mostly waits: runs beside the others. */
  isPatient?: true;
  /** The pairs on which the short form runs it. @defaultValue all that it can run on */
  inShort?: readonly Pair[];
  servers?: (stage: ServersStage, sizes: Sizes) => Promise<Finding>;
  embedded?: (stage: Stage, sizes: Sizes) => Promise<Finding>;
}

export function pairsOf({ servers, embedded }: Scenario): Pair[] {
  return [...(servers ? ['servers' as const] : []), ...(embedded ? ['embedded' as const] : [])];
}

/** Whether it belongs to a run on that pair. */
export function isWanted(
  scenario: Scenario,
  pair: Pair,
  { isLong, isNamed }: { isLong: boolean; isNamed: boolean },
): boolean {
  const { inShort = pairsOf(scenario) } = scenario;
  return pairsOf(scenario).includes(pair) && (isLong || isNamed || inShort.includes(pair));
}

/** Resolves once the sink has accepted so many. */
export async function mailed({ sink }: Stage, count: number): Promise<void> {
  await until(() => sink.accepted() >= count);
}

/** Adds what else was found wrong. */
export function withMore(finding: Finding, more: readonly (string | null)[]): Finding {
  const found = more.filter((each) => each !== null);
  return { ...finding, violations: [...finding.violations, ...found] };
}
