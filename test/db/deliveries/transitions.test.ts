import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Transitions } from '../../../src/db/deliveries/transitions/transition.ts';
import {
  DELIVERY_STATES,
  DELIVERY_TRANSITIONS,
  type DeliveryState,
} from '../../../src/domain/deliveries/delivery.ts';

const DB = fileURLToPath(new URL('../../../src/db/', import.meta.url));
const FOLDER = 'deliveries/transitions/';

/** `add.ts` only inserts; the other holds the type. */
const WITHOUT_TRANSITIONS = ['add.ts', 'transition.ts'];

const files = readdirSync(DB, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts'));

const transitionFiles = files
  .filter((name) => name.startsWith(FOLDER))
  .map((name) => basename(name))
  .filter((name) => !WITHOUT_TRANSITIONS.includes(name));

/** Statements that write `deliveries` or one of its partitions, which are named by an
 *  expression. */
const WRITES_STATE = [
  /UPDATE\s+(?:deliveries|\$\{[^}]*\})[^`]*?\bSET\b(?:(?!\bWHERE\b)[^`])*?\bstate\s*=/,
  /INSERT INTO\s+(?:deliveries|\$\{[^}]*\})[^`]*?\bstate\b/,
  /\.(?:update|insert)\(deliveries\)/,
];

async function loadTransitions(name: string): Promise<Transitions[]> {
  const module: Record<string, unknown> = await import(join(DB, FOLDER, name));
  return Object.keys(module)
    .filter((key) => key.endsWith('_TRANSITIONS'))
    .map((key) => module[key] as Transitions);
}

describe('The statements that change the state of deliveries', () => {
  it.each(transitionFiles)('The file %s exports the transitions that it makes', async (name) => {
    expect(await loadTransitions(name)).toHaveLength(1);
  });

  it('All statements together make exactly the transitions that the domain allows', async () => {
    const made = new Map<DeliveryState, Set<DeliveryState>>();
    for (const transitions of (await Promise.all(transitionFiles.map(loadTransitions))).flat()) {
      for (const state of DELIVERY_STATES) {
        const next = made.get(state) ?? new Set();
        for (const to of transitions[state] ?? []) next.add(to);
        made.set(state, next);
      }
    }
    const sorted = (states: Iterable<DeliveryState>) => [...states].sort();
    for (const state of DELIVERY_STATES) {
      expect([state, sorted(made.get(state) ?? [])]).toEqual([
        state,
        sorted(DELIVERY_TRANSITIONS[state]),
      ]);
    }
  });

  it('Statements that write the state of deliveries are all in one folder', () => {
    const writing = files.filter((name) => {
      const text = readFileSync(join(DB, name), 'utf8');
      return WRITES_STATE.some((pattern) => pattern.test(text));
    });
    expect(writing.filter((name) => !name.startsWith(FOLDER))).toEqual([]);
    expect(writing.map((name) => basename(name)).sort()).toEqual(
      [...transitionFiles, 'add.ts'].sort(),
    );
  });
});
